"""A bound on the time that matching a regular expression takes, where the system has one to give."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS = 20.0
"""Seconds of processor time that one text may take: plain expressions read hundreds of megabytes in them."""


class TooSlowError(Exception):
    """The time is over."""


class Clock:
    """Counts the processor time of one text after another."""

    def __init__(self, running: bool) -> None:
        self._running = running

    def restart(self) -> None:
        """Begin with the next text."""
        if sys.platform != "win32" and self._running:
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)


@contextmanager
def clock() -> Iterator[Clock]:
    """A clock that raises TooSlowError in the block where a text takes too long.

    Matching looks for signals now and then, which is what ends it. Without such timers, as on Windows, in
    other threads than the main one, and where somebody else has set the timer, nothing is counted; Ctrl-C
    ends it.
    """
    if sys.platform == "win32" or not _can_count():
        yield Clock(running=False)
        return
    before = signal.signal(signal.SIGVTALRM, _raise)
    try:
        yield Clock(running=True)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _can_count() -> bool:
    if sys.platform == "win32":
        return False
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGVTALRM) is signal.SIG_DFL
        and signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0
    )


def _raise(_number: int, _frame: FrameType | None) -> None:
    raise TooSlowError
