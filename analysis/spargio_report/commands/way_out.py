"""The one way out: whatever happens, the exit code says what it was, and 1 is never anything but a confirmed FAIL (P22)."""

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from spargio_report.commands.streams import OutputLost, open_streams
from spargio_report.failures import ExitCode, ReportError

PACKAGE = str(Path(__file__).resolve().parents[1])
WANTS_TRACE = ("-v", "--verbose")


def leave(load_main: Callable[[], Callable[[list[str]], int]], arguments: list[str]) -> int:
    """Runs the program as a process of its own: with its streams, and ending when it is told to."""
    open_streams()
    warnings.simplefilter("ignore")  # they are for whoever writes the libraries, and a user may have made them errors
    _obey_the_end()
    return ended(load_main, arguments)


def ended(load_main: Callable[[], Callable[[list[str]], int]], arguments: list[str]) -> int:
    """The exit code, with every word of standard output delivered before it is known.

    `load_main` imports the program: a library that is missing or has no memory is met here as well.
    """
    try:
        code = int(load_main()(arguments))
        sys.stdout.flush()
        return code
    except KeyboardInterrupt as stop:
        return said(ExitCode.INTERRUPTED, "interrupted" + (f"; {stop}" if str(stop) else ""))
    except ReportError as error:
        return said(error.code, str(error))
    except OutputLost as lost:
        return said(ExitCode.UNFORESEEN, f"standard output: cannot be written: {lost.error.strerror}\n  remedy: make room for "
                    "it, or give it a file that can be written; what was to be said is lost, so no verdict is given")
    except BaseException as error:  # what nobody thought of must not look like a verdict
        return said(ExitCode.UNFORESEEN, _unforeseen(error, arguments))


def said(code: ExitCode, text: str) -> int:
    """What was printed before stands before it; that it is lost changes nothing about what happened."""
    with suppress(OutputLost):
        sys.stdout.flush()
    print(f"spargio-report: {text}", file=sys.stderr, flush=True)
    return int(code)


def _obey_the_end() -> None:
    """A CI service that cancels, a terminal that closes: as Ctrl-C. What the caller has switched off (nohup) stays off."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def _unforeseen(error: BaseException, arguments: list[str]) -> str:
    name = type(error).__name__ + (f": {error}" if str(error) else "")
    if any(flag in arguments for flag in WANTS_TRACE):
        name += "\n" + "".join(traceback.format_exception(error)).rstrip()
    return f"{_place(error)}: {name}\n  remedy: {_remedy(error)}"


def _place(error: BaseException) -> str:
    """The innermost line of our own that it came through."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(PACKAGE)]
    return f"{os.path.relpath(own[-1].filename, PACKAGE)}:{own[-1].lineno}" if own else "not foreseen"


def _remedy(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "give it more memory (ulimit -v says what it may have); nothing was judged"
    if isinstance(error, OSError):
        return "mend what the system says (room on the disk, a limit, a permission) and run it again; nothing was judged"
    if isinstance(error, ImportError):
        return "install the library, or set SPARGIO_PYTHON to a Python that has it; nothing was judged"
    return "nothing was judged; please report it with the file and the command line, run again with -v"
