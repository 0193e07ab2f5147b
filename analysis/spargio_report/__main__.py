"""What the launcher runs, by its path, so that nothing of the working directory is on the way to any module (P22)."""

import os
import sys
from pathlib import Path

DEFECT, INTERRUPTED = 70, 130  # `failures` cannot be asked before it is found


# numpy's linear algebra starts a thread for each CPU when it is loaded. Nothing here needs one, and where none may be started
# it crashes. What the harness inherits stays what the user has set.
THREADS = "OPENBLAS_NUM_THREADS"


def _load_main():
    before = os.environ.get(THREADS)
    os.environ[THREADS] = "1"
    try:
        from spargio_report.commands.cli import main
        return main
    finally:
        if before is None:
            del os.environ[THREADS]
        else:
            os.environ[THREADS] = before


def _run() -> int:
    """Python's own exit code for an exception is 1, which is that of a confirmed FAIL: none may reach it."""
    try:
        here = Path(__file__).resolve().parent  # holds a `statistics` of its own, so it is no place to look for modules
        sys.path[:] = [str(here.parent), *(path for path in sys.path if path.startswith("/") and Path(path) != here)]
        from spargio_report.commands.way_out import leave
        return leave(_load_main, sys.argv[1:])
    except KeyboardInterrupt:
        return INTERRUPTED
    except BaseException as error:
        if sys.stderr is not None:
            print(f"spargio-report: not foreseen: {error!r}\n  remedy: run it from a complete checkout, with more memory",
                  file=sys.stderr)
        return DEFECT


if __name__ == "__main__":
    sys.exit(_run())
