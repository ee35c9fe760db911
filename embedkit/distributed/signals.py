"""Signals that end a program, as a batch system or a closed terminal sends them, interrupt it as Ctrl-C does.

A checkpoint is written and what must be tidied is tidied, in the time that the sender leaves before it kills.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from embedkit.distributed.process_group import AnotherEnded

_NAMES = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""What Linux and macOS send, and what Windows sends when its window is closed; no system has all of them."""


class Terminated(KeyboardInterrupt):
    """A signal that ends a program, raised where Ctrl-C would be."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def exit_code(error: KeyboardInterrupt) -> int:
    """What a shell reports of a program that such a signal ended: 128 and its number; of Ctrl-C, 130."""
    return 128 + (error.number if isinstance(error, Terminated) else signal.SIGINT)


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Raise Terminated in the block for signals that would end the process.

    One that is ignored, as `nohup` has it, or that the program handles itself, stays so. Outside of the main
    thread, which alone gets signals, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    known = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    ending = [number for number in known if signal.getsignal(number) is signal.SIG_DFL]
    for number in ending:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in ending:
            signal.signal(number, signal.SIG_DFL)


def _interrupt(number: int, _frame: object) -> None:
    """Raise Terminated; not while an interrupt is dealt with, which takes its time and ends the program."""
    error = sys.exception()
    while error is not None:
        if isinstance(error, KeyboardInterrupt | AnotherEnded):
            return
        error = error.__context__
    raise Terminated(number)
