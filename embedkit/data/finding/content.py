"""What the values of a column look like: numbers, dates, addresses, texts, labels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from embedkit.data.finding.found import Column
from embedkit.data.finding.names import is_neither

_NUMBER = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?%?")
_DATE = re.compile(
    r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.{0,20}|.{0,24}\b\d{1,2}:\d{2}(?::\d{2})?\b.{0,16}"
    r"|\w{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})"
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+|/?(?:[\w.-]+/)+[\w.-]+\.\w{1,5}", re.IGNORECASE)
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
"""Characters of scripts without spaces between words: two of them count as a word."""

MOSTLY = 0.9
"""Share of the values that makes a column one of numbers, dates or addresses."""

WORDS = 3.0
"""Words that the texts of a column without a telling name have on average."""

LONGEST_LABEL = 60
"""Characters of a label, on average at most."""

MOST_LABELS = 200
"""Different labels that a column without a telling name may have."""

MOST_NUMBERS = 20
"""Different numbers that are labels in such a column."""

FEW_ROWS = 20
"""Rows up to which labels need not occur twice on average."""


@dataclass(frozen=True)
class Profile:
    """A column with what its values tell."""

    column: Column

    @property
    def name(self) -> str:
        """Return the name of the column."""
        return self.column.name

    @cached_property
    def filled(self) -> list[str]:
        """Return the values that are not empty."""
        return [value for value in self.column.values if value and not value.isspace()]

    @cached_property
    def different(self) -> int:
        """Return how many different values there are."""
        return len({*self.filled})

    @cached_property
    def length(self) -> float:
        """Return the mean length of the values in characters."""
        return sum(map(len, self.filled)) / max(1, len(self.filled))

    @cached_property
    def words(self) -> float:
        """Return the mean number of words."""
        return sum(map(count_words, self.filled)) / max(1, len(self.filled))

    @cached_property
    def is_other(self) -> bool:
        """Return whether the values are numbers, dates or addresses."""
        return bool(self.filled) and all_alike(self.filled) is not None

    @cached_property
    def may_be_text(self) -> bool:
        """Return whether the values may be texts, if the name says so."""
        return bool(self.filled) and not self.is_other

    @cached_property
    def is_text(self) -> bool:
        """Return whether the values are texts, whatever the name: several words, most of them different."""
        enough = self.different > 0.3 * len(self.filled) or len(self.filled) < FEW_ROWS
        return self.may_be_text and self.words >= WORDS and enough

    @cached_property
    def may_be_label(self) -> bool:
        """Return whether the values may be labels, if the name says so: more than one, and repeated."""
        many = len(self.filled)
        repeated = self.different <= many / 2 or (many < FEW_ROWS and self.different < many)
        return self.different > 1 and repeated and self.length <= LONGEST_LABEL

    @cached_property
    def is_label(self) -> bool:
        """Return whether the values are labels, whatever the name: few, in every row, and no dates."""
        filled = len(self.filled) == len(self.column.values)
        kind = all_alike(self.filled)
        most = MOST_NUMBERS if kind == "number" else MOST_LABELS
        other = kind in ("date", "address") or is_neither(self.name)
        return self.may_be_label and filled and not other and self.different <= most


def all_alike(values: list[str]) -> str | None:
    """Return `number`, `date` or `address` if nearly all of the values are one, or else None."""
    for kind, pattern in (("number", _NUMBER), ("date", _DATE), ("address", _ADDRESS)):
        alike = sum(pattern.fullmatch(value.strip()) is not None for value in values)
        if values and alike >= MOSTLY * len(values):
            return kind
    return None


def count_words(value: str) -> int:
    """Return the number of words; in scripts without spaces two characters count as one."""
    return len(value.split()) + len(_UNSPACED.findall(value)) // 2
