"""Draws on every CPU that the process may use, or one after the other where no process can be had (M14)."""

import gc
import mmap
import os
import signal
from collections.abc import Callable
from contextlib import suppress

TICKET_BYTES = 4


def draw_all(count: int, draw: Callable[[int], None], workers: int) -> None:
    """Calls `draw` with each number below `count`, in this process and in `workers` - 1 forked ones.

    Forked, so that they have the run and the style without reading them again. They share nothing but a list of what is
    left and one of what is done: no thread, no lock, no file on disk. What a process did not finish, for whatever reason, is drawn
    here in the end, so an exception of `draw` is raised here.
    """
    children: list[int] = []
    done = mmap.mmap(-1, count) if count else b""
    tickets = -1
    gc.freeze()  # a collection in a child would copy every page of the run that it counts
    try:
        with suppress(OSError):  # no pipe or no process: this one draws alone
            tickets = _pile_of(count)
            while len(children) < workers - 1:
                children.append(_fork(tickets, draw, done))
        if children:
            _draw_tickets(tickets, draw, done, lambda: True)
        while children:
            os.waitpid(children[-1], 0)
            children.pop()
        for number in range(count):
            if not done[number]:
                draw(number)
    finally:
        _end(children)
        gc.unfreeze()
        if tickets >= 0:
            os.close(tickets)


def _pile_of(count: int) -> int:
    """A pipe with a ticket for each number, and nobody to write more; what does not fit is drawn in the end."""
    tickets, pile = os.pipe()
    try:
        os.set_blocking(pile, False)
        os.write(pile, b"".join(number.to_bytes(TICKET_BYTES) for number in range(count)))
    finally:
        os.close(pile)
    return tickets


def _fork(tickets: int, draw: Callable[[int], None], done) -> int:
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        _draw_tickets(tickets, draw, done, lambda: os.getppid() == parent)
    finally:
        os._exit(0)  # whatever happened stands in `done`; nothing of the parent's is flushed or undone twice


def _draw_tickets(tickets: int, draw: Callable[[int], None], done, is_wanted: Callable[[], bool]) -> None:
    """Each number is taken once: a pipe gives what it holds to one reader. (Readers of a memory file that share its position
    may get the same bytes: the kernel guards that of files on disk alone.)"""
    while is_wanted() and (ticket := os.read(tickets, TICKET_BYTES)):
        number = int.from_bytes(ticket)
        draw(number)
        done[number] = 1


def _end(children: list[int]) -> None:
    """Those that are still there after an exception or an interruption."""
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    for child in children:
        with suppress(ChildProcessError):
            os.waitpid(child, 0)
