"""Unicode's composed form NFC, in linear time: https://www.unicode.org/reports/tr15/.

A run of combining characters is ordered by comparing each character with the ones before it, which takes
minutes for a run of 100,000. A long run is therefore broken, as in the stream-safe form of UAX #15, by U+034F
COMBINING GRAPHEME JOINER, which is invisible. UAX #15 breaks it after 30 characters; here it is broken only
after as many as take no noticeable time.
"""

from __future__ import annotations

import re
from functools import cache
from unicodedata import combining, normalize

LONGEST_RUN = 1_000
"""Combining characters in a row, decomposed ones, that are put into order together."""

JOINER = "\u034f"
_LAST = 0x20000
"""No combining character is at or beyond this code point."""


def compose(text: str) -> str:
    """Return `text` in NFC; runs of more than 1,000 combining characters get U+034F after every 1,000."""
    return _bounded(normalize("NFC", _bounded(text)))


def decompose(text: str) -> str:
    """Return `text` in NFD; long runs of combining characters are broken as by `compose`."""
    return _bounded(normalize("NFD", _bounded(text)))


def _bounded(text: str) -> str:
    if len(text) <= LONGEST_RUN or text.isascii():
        return text
    return _long_runs().sub(_cut, text)


def _cut(run: re.Match[str]) -> str:
    marks = run[0]
    return JOINER.join(marks[at : at + LONGEST_RUN] for at in range(0, len(marks), LONGEST_RUN))


@cache
def _long_runs() -> re.Pattern[str]:
    """Return a pattern for long runs of characters whose decomposition begins with a combining character."""
    marks = [point for point in range(_LAST) if combining(normalize("NFKD", chr(point))[0])]
    ranges = "".join(f"{chr(first)}-{chr(last)}" for first, last in _ranges(marks))
    return re.compile(f"(?<![{ranges}])[{ranges}]{{{LONGEST_RUN + 1},}}")


def _ranges(points: list[int]) -> list[tuple[int, int]]:
    """Return consecutive numbers as pairs of the first and the last."""
    ranges: list[tuple[int, int]] = []
    for point in points:
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], point)
        else:
            ranges.append((point, point))
    return ranges
