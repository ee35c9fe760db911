"""Noticing that pickles are read, which can run code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_listening: list[set[str]] = []
_hooked: list[bool] = []


@contextmanager
def unpickled() -> Iterator[set[str]]:
    """Collect the names that pickles import while the block runs, in any thread.

    Python tells of each in an audit event. A hook for these cannot be taken away: it stays, and does nothing.
    """
    if not _hooked:
        sys.addaudithook(_hear)
        _hooked.append(True)
    names = set[str]()
    _listening.append(names)
    try:
        yield names
    finally:
        _listening.remove(names)


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event == "pickle.find_class" and _listening:
        for names in _listening:
            names.add(".".join(map(str, arguments)))
