"""What is written under a name that somebody gave: whole or not at all, and never in the place of a device (P21)."""

import errno
import os
import secrets
import stat
import sys
from contextlib import suppress
from pathlib import Path

from spargio_report.failures import ExitCode, ReportError, usage_error

STANDARD_OUTPUT = "-"
NAME_ANOTHER = "name a file in a folder that you may write to"
OF_THE_SYSTEM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)  # whatever file had been named
NO_ROOM_BESIDE = (errno.EACCES, errno.EPERM, errno.EROFS)
NOT_TO_BE_REPLACED = (errno.EBUSY, errno.EXDEV, *NO_ROOM_BESIDE)  # a file that a container has mounted, for one


def goes_to_standard_output(name: str) -> bool:
    """`-`, or whatever else is the same file: /dev/stdout, or the file that the shell sends it to."""
    return name == STANDARD_OUTPUT or _is_descriptor(name, 1)


def write_output(flag: str, name: str, content: str | bytes) -> None:
    """A regular file is written aside and renamed, through a link if need be; anything else is written through.

    Raises ReportError: usage where the name is at fault, unforeseen where the system is.
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    try:
        if goes_to_standard_output(name):
            sys.stdout.write(data.decode("utf-8", "backslashreplace"))
        elif _is_descriptor(name, 2):
            sys.stderr.write(data.decode("utf-8", "backslashreplace"))
        elif _is_regular_or_absent(name):
            _replace(os.path.realpath(name), data)
        else:
            with suppress(BrokenPipeError):  # its reader has seen enough
                _write_through(name, data, os.O_WRONLY)
    except OSError as error:
        raise _cannot(flag, name, error) from None


def append_output(flag: str, name: str, text: str) -> None:
    """Others write to the same file: nothing of theirs is lost."""
    try:
        with suppress(BrokenPipeError):
            _write_through(name, text.encode("utf-8", "backslashreplace"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    except OSError as error:
        raise _cannot(flag, name, error) from None


def check_outputs(flags: dict[str, str | None]) -> None:
    """Refuses files that could not be written, before anything is measured for them. Leaves no trace."""
    paths: dict[Path | str, str] = {}
    for flag, name in flags.items():
        if name is None:
            continue
        problem = None if name == STANDARD_OUTPUT else _why_not_writable(Path(name))
        if problem:
            raise usage_error(f"{flag} {name}", problem, NAME_ANOTHER)
        same = STANDARD_OUTPUT if goes_to_standard_output(name) else Path(os.path.realpath(name))
        if same in paths and same != Path(os.devnull):
            raise usage_error(f"{flag} {name}", f"{paths[same]} names the same file", "name two files")
        paths[same] = flag


def _is_descriptor(name: str, number: int) -> bool:
    with suppress(OSError, ValueError):
        return os.path.samestat(os.stat(name), os.fstat(number)) and not os.path.samefile(name, os.devnull)
    return False


def _is_regular_or_absent(name: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(name).st_mode)
    except FileNotFoundError:
        return True


def _replace(target: str, data: bytes) -> None:
    before = os.stat(target) if os.path.exists(target) else None
    partial = os.path.join(os.path.dirname(target), f".spargio-{os.getpid()}-{secrets.token_hex(4)}.partial")
    try:
        _write_through(partial, data, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        if before:
            os.chmod(partial, stat.S_IMODE(before.st_mode))
            with suppress(OSError):
                os.chown(partial, before.st_uid, before.st_gid)
        os.replace(partial, target)
    except OSError as error:
        with suppress(OSError):
            os.unlink(partial)
        if before is None or error.errno not in NOT_TO_BE_REPLACED:
            raise
        _write_through(target, data, os.O_WRONLY | os.O_TRUNC)


def _write_through(name: str, data: bytes, how_to_open: int) -> None:
    with open(os.open(name, how_to_open | os.O_CLOEXEC | os.O_NOCTTY, 0o666), "wb") as file:
        file.write(data)


def _why_not_writable(path: Path) -> str | None:
    try:
        if path.is_dir():
            return "is a folder"
        if path.is_socket():
            return "is a socket"
        if path.exists():
            return None if os.access(path, os.W_OK) else "cannot be written: Permission denied"
        real = Path(os.path.realpath(path))
        if not real.parent.is_dir():
            return f"there is no folder {real.parent}"
        probe = real.parent / f".spargio-{os.getpid()}-{secrets.token_hex(4)}.probe"
        _write_through(str(probe), b"", os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        probe.unlink()
    except (OSError, ValueError) as error:
        return f"cannot be written: {getattr(error, 'strerror', None) or error}"
    return None


def _cannot(flag: str, name: str, error: OSError) -> ReportError:
    problem = f"cannot be written: {error.strerror}"
    if error.errno in OF_THE_SYSTEM:
        return ReportError(ExitCode.UNFORESEEN, f"{flag} {name}", problem, "make room for it and run it again")
    return usage_error(f"{flag} {name}", problem, NAME_ANOTHER)
