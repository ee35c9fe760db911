"""A time limit for matching regular expressions, where the system has timers for it."""

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
    """Matching a text has taken too long."""


class Clock:
    """Limits the processor time that each text may take."""

    def __init__(self, running: bool) -> None:
        self._running = running

    def restart(self) -> None:
        """Let the time of the next text begin."""
        if sys.platform != "win32" and self._running:
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)


@contextmanager
def clock() -> Iterator[Clock]:
    """Give a clock that raises TooSlowError in the block if a text takes too long.

    Regular expression matching checks for signals now and then, so the timer's signal ends it. Where there is
    no such timer, as on Windows, in other threads than the main one, and if the timer is already in use,
    there is no limit, and Ctrl-C ends it.
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
