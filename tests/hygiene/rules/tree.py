"""The files that the rules look at, and what a rule says about them."""
from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

CPP = (".cpp", ".hpp")
# Made by programs, not written by hand.
GENERATED = ("build/", "results/local/", ".git/")


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int  # 0: the file as a whole
    problem: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.problem}" if self.line else f"{self.path}: {self.problem}"


@dataclass
class Tree:
    """All files of the project below `root` that git would keep; without git, all files."""

    root: Path
    _texts: dict[str, str | None] = field(default_factory=dict, repr=False)

    @cached_property
    def files(self) -> list[str]:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"],
            cwd=self.root, capture_output=True, text=True)
        if listed.returncode == 0 and (self.root / ".git").exists():
            names = [name for name in listed.stdout.split("\0") if name]
        else:
            names = [path.relative_to(self.root).as_posix() for path in self.root.rglob("*")]
        return sorted(name for name in set(names)
                      if (self.root / name).is_file() and not name.startswith(GENERATED)
                      and "__pycache__" not in name)

    def text(self, name: str) -> str | None:
        """The contents; None for a file that isn't text."""
        if name not in self._texts:
            try:
                self._texts[name] = (self.root / name).read_bytes().decode("utf-8")
            except UnicodeDecodeError:
                self._texts[name] = None
        return self._texts[name]

    def lines(self, name: str) -> list[tuple[int, str]]:
        return list(enumerate((self.text(name) or "").split("\n"), start=1))

    def cpp(self, *, under: str = "") -> list[str]:
        return [name for name in self.files if name.endswith(CPP) and name.startswith(under)]

    def headers(self, *, under: str = "") -> list[str]:
        return [name for name in self.cpp(under=under) if name.endswith(".hpp")]

    def python(self, *, under: str = "") -> list[str]:
        return [name for name in self.files
                if name.startswith(under) and (name.endswith(".py") or self.first_line(name).endswith("python3"))]

    def first_line(self, name: str) -> str:
        return (self.text(name) or "").split("\n", 1)[0]

    def sources(self) -> list[str]:
        """Everything that is code, in any language."""
        return [name for name in self.files
                if name.endswith((*CPP, ".py", ".cmake")) or PurePosixPath(name).name in ("CMakeLists.txt", "Makefile")
                or self.first_line(name).startswith("#!")]


def under(name: str, *folders: str) -> bool:
    return name.startswith(tuple(folder + "/" for folder in folders))
