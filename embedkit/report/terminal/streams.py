"""Standard output and standard error that cannot be written to, as on a closed terminal or a full disk."""

from __future__ import annotations

import os
import traceback
from contextlib import suppress
from typing import IO, Any, TextIO, cast

_PRINTING = ("click.utils", "rich.console", "embedkit.report.terminal.lines")
"""The modules that write to standard output for us."""


def is_lost(stream: TextIO | None) -> bool:
    """Return whether a stream cannot be flushed, so that what was written to it is lost; False for None."""
    try:
        if stream is not None:
            stream.flush()
    except (OSError, ValueError):
        return True
    return False


def is_of_output(error: OSError) -> bool:
    """Return whether an error was raised while printing, and not by a file."""
    (*_, (last, _)) = traceback.walk_tb(error.__traceback__)
    return error.filename is None and last.f_globals["__name__"] in _PRINTING


def silence(stream: TextIO) -> None:
    """Make a stream discard what it could not write, so that Python does not complain about it on exit."""
    with suppress(OSError, ValueError):
        descriptor = os.open(os.devnull, os.O_WRONLY)
        os.dup2(descriptor, stream.fileno())
        os.close(descriptor)


def unfailing(stream: TextIO | None) -> IO[str] | None:
    """Return a wrapper of `stream` that discards what cannot be written; None for None.

    It is for output that nobody waits for, such as progress.
    """
    return None if stream is None else cast("IO[str]", _Unfailing(stream))


class _Unfailing:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        if is_lost(self._stream):
            silence(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
