"""A copy of the project's files, in which one defect at a time is planted."""
from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rules.mutants import Defect
from rules.tree import Tree


class TreeCopy:
    """Files of the copy keep their times, and get a new one only when their contents change: what compiles them goes by
    the time, and compiles again what a defect has changed, and once more what was restored."""

    def __init__(self, folder: Path):
        self.folder = folder

    def follow(self, tree: Tree) -> None:
        """Makes the copy equal to `tree`, whatever it holds: an earlier run may have been ended with a defect planted."""
        for name in tree.files:
            original, copy = tree.root / name, self.folder / name
            if not copy.exists():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(original, copy)
            elif (contents := original.read_bytes()) != copy.read_bytes():
                copy.write_bytes(contents)
                shutil.copymode(original, copy)
        wanted = set(tree.files)
        for parent, _, names in os.walk(self.folder):
            for path in (Path(parent, name) for name in names):
                if path.relative_to(self.folder).as_posix() not in wanted:
                    path.unlink()

    @contextmanager
    def planted(self, defect: Defect) -> Iterator[None]:
        """Within, the copy has the defect; afterwards it is as before, however that ended."""
        path = self.folder / defect.file
        sound = path.read_bytes()
        try:
            path.write_bytes(defect.planted(sound.decode()).encode())
            yield
        finally:
            path.write_bytes(sound)
