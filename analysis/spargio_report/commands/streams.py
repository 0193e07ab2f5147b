"""Standard input, output and error as the program needs them, whatever it was started with (P22).

A closed one is opened, so that no file takes its number; words are UTF-8 in every locale; a reader who goes away ends the
words and not the work; words that cannot be written are an `OutputLost` and never a verdict.
"""

import fcntl
import io
import os
import re
import select
import sys

# What a name from a file could do to a terminal; the colours of our own tables go through.
UNSEEN = re.compile("\x1b(?!\\[[0-9;]*m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]")


class OutputLost(Exception):
    """Standard output takes no more words. `error`: why."""

    def __init__(self, error: OSError):
        super().__init__(str(error))
        self.error = error


class Outlet(io.FileIO):
    """A descriptor that is written to whole. `must_arrive`: whether losing words is an error (else nobody could be told)."""

    def __init__(self, descriptor: int, must_arrive: bool):
        super().__init__(descriptor, "w", closefd=False)
        self._must_arrive = must_arrive
        self._deaf = False

    def write(self, data) -> int:
        if self._deaf:
            return len(data)
        try:
            while True:
                written = super().write(data)
                if written is not None:
                    return written
                select.select([], [self], [])  # its other end made it non-blocking
        except BrokenPipeError:
            self._deaf = True
        except OSError as error:
            self._deaf = True  # what is still buffered would only say the same again
            if self._must_arrive:
                raise OutputLost(error) from None
        return len(data)


class Words(io.TextIOWrapper):
    """Text for a person or a pipe. On a terminal control characters are shown and not obeyed."""

    def __init__(self, descriptor: int, must_arrive: bool):
        outlet = Outlet(descriptor, must_arrive)
        is_terminal = outlet.isatty()
        super().__init__(io.BufferedWriter(outlet), encoding="utf-8", errors="backslashreplace",
                         line_buffering=is_terminal or not must_arrive)
        self._is_terminal = is_terminal

    def write(self, text: str) -> int:
        return super().write(UNSEEN.sub(lambda found: f"\\x{ord(found[0]):02x}", text) if self._is_terminal else text)


def open_streams() -> None:
    """Before anything else is opened. Children inherit what is opened here."""
    for descriptor in (0, 1, 2):
        try:
            fcntl.fcntl(descriptor, fcntl.F_GETFD)
        except OSError:
            # The lowest number that is free, which is this one. Nothing can be written to a closed output: it stays an error.
            opened = os.open(os.devnull, os.O_WRONLY if descriptor == 2 else os.O_RDONLY)
            os.set_inheritable(opened, True)
    sys.stdout, sys.stderr = Words(1, must_arrive=True), Words(2, must_arrive=False)
    sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr
