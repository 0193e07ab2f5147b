"""Exit codes, and the one exception that carries what went wrong, where, and what to do about it (P22)."""

import difflib
from enum import IntEnum


class ExitCode(IntEnum):
    OK = 0
    FAIL = 1
    USAGE = 2
    INCONCLUSIVE = 3
    INVALID = 4
    CANARY = 5
    UNFORESEEN = 70  # a defect, or what the system refused: nothing is said about the measurement
    INTERRUPTED = 130


class ReportError(Exception):
    """Ends the program with a message that names the place and the remedy."""

    def __init__(self, code: ExitCode, place: str, problem: str, remedy: str):
        super().__init__(f"{place}: {problem}")
        self.code = code
        self.place = place
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}\n  remedy: {self.remedy}"


def usage_error(place: str, problem: str, remedy: str) -> ReportError:
    return ReportError(ExitCode.USAGE, place, problem, remedy)


def invalid_input(place: str, problem: str, remedy: str) -> ReportError:
    return ReportError(ExitCode.INVALID, place, problem, remedy)


def nearest(word: str, legal) -> str:
    """'did you mean X?' or the whole list, whichever helps more."""
    names = sorted(set(legal))
    close = difflib.get_close_matches(word, names, n=3, cutoff=0.5)
    if close:
        return "did you mean " + " or ".join(f"'{name}'" for name in close) + "?"
    if not names:
        return "there are none"
    return "legal are: " + ", ".join(names)
