"""Numbers as text files write them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NOT_FINITE = re.compile(rb"([-+]?)(?:nan\(\w*\)|1\.#(?:(inf)|ind|qnan|snan)[0-9]*)", re.IGNORECASE)
"""NaN and infinity as the C libraries of Windows print them, which Python does not read."""


def number(field: bytes) -> float | None:
    """Return the number in `field`; None if it is none. `1_0` is none, although Python reads it."""
    try:
        return None if b"_" in field else float(field)
    except ValueError:
        return _not_finite(field)


def _not_finite(field: bytes) -> float | None:
    match = _NOT_FINITE.fullmatch(field)
    if match is None:
        return None
    return float(match[1] + b"inf") if match[2] else float("nan")


def trailing_numbers(fields: Sequence[bytes]) -> int:
    """Count the consecutive numbers at the end of `fields`."""
    for count, field in enumerate(reversed(fields)):
        if number(field) is None:
            return count
    return len(fields)


def row_width(fields: Sequence[bytes]) -> int:
    """Count the numbers after the word in a row of text; the first field always belongs to the word."""
    return min(trailing_numbers(fields), len(fields) - 1)
