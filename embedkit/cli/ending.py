"""How the program ends without success: an exit code, and a message if anybody can read it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from embedkit.report.terminal.lines import say_message
from embedkit.report.terminal.streams import is_lost, silence

UNPRINTED = 3
"""The exit code where what was asked for is done and could not be printed."""


class PastClick(BaseException):
    """Carries an error past click, which would handle an interrupt or a broken pipe in its own way."""

    def __init__(self, error: KeyboardInterrupt | OSError) -> None:
        super().__init__()
        self.error = error


@contextmanager
def past_click() -> Iterator[None]:
    """Raise PastClick for an interrupt or a system error in the block."""
    try:
        yield
    except (KeyboardInterrupt, OSError) as error:
        raise PastClick(error) from error


def end(status: int, *messages: str) -> NoReturn:
    """Print messages on standard error and exit with `status`, even if the terminal is gone."""
    with suppress(OSError, ValueError):
        for message in messages:
            say_message(message, error=True)
    for stream in (sys.stdout, sys.stderr):
        if is_lost(stream):
            silence(stream)
    sys.exit(status)
