"""What the commands share: notes to a person, a loaded run, the form of a table, a folder to write to."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from spargio_report.failures import ExitCode, usage_error
from spargio_report.outputs import STANDARD_OUTPUT
from spargio_report.read.load import load_run
from spargio_report.read.model import Run
from spargio_report.words import tables


def note(text: str) -> None:
    print(f"spargio-report: {text}", file=sys.stderr)


def load(path: str) -> Run:
    """Says what is odd about a sound file. Raises ReportError (invalid) for one that is not."""
    run = load_run(path)
    for text in run.notes:
        note(text)
    if not run.is_complete:
        note(f"{path} is marked {run.about.status}: not all that was planned was measured")
    return run


def after_measurement(run: Run) -> ExitCode:
    """Losses are no failure of a report; cases that broke are."""
    return ExitCode.INVALID if run.broken_cases else ExitCode.OK


@dataclass(frozen=True)
class TableForm:
    """`format`: terminal or markdown (history has json besides); `color`: auto, always or never."""

    format: str
    color: str

    @property
    def is_terminal(self) -> bool:
        return self.format == "terminal"

    @property
    def is_coloured(self) -> bool:
        """By themselves only on a terminal that knows colours, of a user who has not asked for none (no-color.org)."""
        return self.color == "always" or (self.color == "auto" and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
                                          and os.environ.get("TERM", "dumb") != "dumb")

    @property
    def width(self) -> int | None:
        """Columns of the terminal ($COLUMNS, where it is set, else what the terminal says); None: no terminal, no limit."""
        return shutil.get_terminal_size().columns if sys.stdout.isatty() else None

    @property
    def table(self) -> Callable[[tuple, list], str]:
        """Lays out columns and rows."""
        if self.format == "markdown":
            return tables.markdown
        return lambda columns, rows: tables.terminal(columns, rows, self.is_coloured, self.width)

    def text(self, paragraphs: list[str]) -> str:
        if self.is_terminal and self.width:
            paragraphs = [tables.wrapped(paragraph, self.width) for paragraph in paragraphs]
        return "\n\n".join(paragraphs)


def writable_directory(name: str, flag: str = "-o") -> Path:
    path = Path(name)
    try:
        if name == STANDARD_OUTPUT or (path.exists() and not path.is_dir()):
            raise usage_error(name, "is no folder, and several files are written", f"name a folder with {flag}")
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise usage_error(str(path), f"cannot be written to: {error.strerror}",
                          f"name a folder that you may write to with {flag}") from None
    return path
