"""Programs that are started, watched and ended with all that they started themselves."""
from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO


def run(command: Sequence[str | Path], *, folder: Path, output: BinaryIO, limit: float | None = None) -> int | None:
    """The exit code (negative: of which signal it died); None when it was ended after `limit` seconds.

    The program leads a session, of which nothing is left when this returns or raises. A Ctrl-C at the terminal does
    not reach it, but ends the wait.
    """
    child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                             start_new_session=True)
    try:
        ended_by_itself = has_ended(child.pid, limit)
    finally:
        # Not waited for yet, so the number is still this child's, and its session's.
        end_session(child.pid)
        code = child.wait()
    return code if ended_by_itself else None


def has_ended(pid: int, limit: float | None) -> bool:
    """Waits for the end of a child, which stays to be waited for."""
    descriptor = os.pidfd_open(pid)
    try:
        return wait_for(descriptor, limit)
    finally:
        os.close(descriptor)


def wait_for(descriptor: int, limit: float | None) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(None if limit is None else limit * 1000))


def end_session(session: int) -> None:
    """Kills all of the session. A process group would not do: ninja gives each compiler one of its own."""
    ended: set[int] = set()
    while left := [pid for pid in processes() if pid not in ended and session_of(pid) == session]:
        for pid in left:
            ended.add(pid)
            with contextlib.suppress(ProcessLookupError):
                kill(pid, session)


def kill(pid: int, session: int) -> None:
    descriptor = os.pidfd_open(pid)
    try:
        # Through its descriptor no other process can be hit, although the number may have been given away by now.
        if session_of(pid) == session:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            wait_for(descriptor, None)
    finally:
        os.close(descriptor)


def processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None
