"""Programs that are started, watched and ended with all that they started themselves."""
from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO


def run(command: Sequence[str | Path], *, folder: Path, output: BinaryIO, limit: float | None = None) -> int | None:
    """The exit code (negative: of which signal it died); None when it was ended after `limit` seconds.

    The program leads a process group, of which nothing is left when this returns or raises. A Ctrl-C at the terminal
    does not reach it, but ends the wait.
    """
    child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                             start_new_session=True)
    try:
        ended_by_itself = has_ended(child.pid, limit)
    finally:
        # Not waited for yet, so the number is still this child's, and its group's.
        os.killpg(child.pid, signal.SIGKILL)
        code = child.wait()
    return code if ended_by_itself else None


def has_ended(pid: int, limit: float | None) -> bool:
    """Waits for the end of a child, which stays to be waited for."""
    end = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(end, select.POLLIN)
        return bool(poll.poll(None if limit is None else limit * 1000))
    finally:
        os.close(end)
