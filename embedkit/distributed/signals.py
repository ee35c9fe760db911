"""Turns signals that end a program, as from a batch system or a closed terminal, into interrupts like Ctrl-C.

So a checkpoint is written and temporary files are removed, in the time that the sender leaves before it kills
the process.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from embedkit.distributed.process_group import AnotherEnded

_NAMES = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""Signals of Linux and macOS, and the one of Windows when a console window is closed; no system has all."""


class Terminated(KeyboardInterrupt):
    """A signal that ends a program, raised in place of Ctrl-C's KeyboardInterrupt."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def exit_code(error: KeyboardInterrupt) -> int:
    """Return the status that a shell reports for this signal: 128 plus its number, so 130 for Ctrl-C."""
    return 128 + (error.number if isinstance(error, Terminated) else signal.SIGINT)


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Raise Terminated in the block on a signal that would end the process.

    A signal that is ignored, as under `nohup`, or that the program handles itself, is left alone. Outside of
    the main thread, which alone receives signals, nothing is changed.
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
    """Raise Terminated, unless an interrupt is being handled already, which ends the program by itself."""
    error = sys.exception()
    while error is not None:
        if isinstance(error, KeyboardInterrupt | AnotherEnded):
            return
        error = error.__context__
    raise Terminated(number)
