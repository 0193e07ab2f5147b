"""Where a gate puts what it lets the harness measure: matrices and results, made only where something is measured (M11)."""

import shutil
import tempfile
from pathlib import Path


class MeasuredFiles:
    """A folder that is there from the first `name()` on.

    Without `keep` it stands in the system's temporary folder and goes when the `with` block ends well: the verdicts say
    all that is needed. After an error or an interruption it stays, since its matrix and its blocks are what can be
    looked at; `note` says where. With `keep` it is that folder, and nothing in it is ever removed or written over.
    """

    def __init__(self, keep: str | None, note):
        self._keep = Path(keep) if keep else None
        self._folder: Path | None = None
        self._note = note

    @property
    def stay(self) -> bool:
        """Whether what is measured is there afterwards, so that its name is of use."""
        return self._keep is not None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace) -> None:
        if self._folder is None:
            return
        if kind is None and not self._keep:
            shutil.rmtree(self._folder, ignore_errors=True)
        else:
            self._note(f"what was measured is kept in {self._folder}")

    def name(self, stem: str) -> Path:
        """A path without a suffix that no file has yet, numbered in the order of the measurements."""
        if self._folder is None:
            self._folder = self._keep or Path(tempfile.mkdtemp(prefix="spargio-gate-"))
            self._folder.mkdir(parents=True, exist_ok=True)
        taken = [int(path.name[:2]) for path in self._folder.glob("[0-9][0-9]-*.toml")]
        return self._folder / f"{max(taken, default=0) + 1:02}-{stem}"
