"""Whether the first row of a table names the columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from embedkit.data.finding.content import MOSTLY, all_alike, count_words
from embedkit.data.finding.found import Wishes
from embedkit.data.finding.names import is_known, words_of
from embedkit.errors import DataError, Fault, shortened

VALUE, KNOWN, OF_ITS_KIND, LIKELY = -9, 8, -7, 6
"""Sure signs, the surest first: a value that recurs, or a sentence; a usual name; a number above numbers;
words of usual names, or no number above numbers."""

WORDS_OF_NAME = 4
"""Words of a column's name, at most."""

SENTENCE = 8
"""Words that no name has."""

LOOKED_AT = 1_000
"""Rows that the first one is compared with."""


def has_header(rows: Sequence[Sequence[str]], wishes: Wishes, where: str) -> bool:
    """Return whether the first row has the names of the columns.

    Columns that `wishes` names decide; then the values. Raises DataError, naming the flags, if neither does.
    """
    first = [field.strip() for field in rows[0]]
    wanted = {name for name in (wishes.text, wishes.label, wishes.group) if name is not None}
    if wanted & {*first} or first == [str(number) for number in range(len(first))]:  # as pandas numbers them
        return True
    if wanted and all(re.fullmatch(r"column\d+", name) for name in wanted):
        return False
    body = rows[1 : LOOKED_AT + 1]
    columns = [[row[at].strip() for row in body] for at in range(len(first))]
    signs = [_sign(name, values) for name, values in zip(first, columns, strict=True)]
    for sure in (VALUE, KNOWN, OF_ITS_KIND, LIKELY):
        if sure in signs:
            return sure > 0
    if sum(signs):
        return sum(signs) > 0
    shown = " | ".join(shortened(name, 30) for name in first)
    what = f"it cannot be told whether the first line names the columns: {shown}"
    hint = (
        f"If it does, name the columns by it: --text '{shortened(first[0], 30)}' --label …\n"
        "    If it does not, by their numbers: --text column1 --label column2, or as they stand."
    )
    raise DataError(Fault(what, f"{where}:1", hint=hint))


def _known(name: str) -> int:
    """Return the sign of a name: one usual word is surer than several, which may be a short text."""
    return (KNOWN if len(words_of(name)) == 1 else LIKELY) if is_known(name) else 0


def _sign(name: str, values: Sequence[str]) -> int:
    """Return how the first field of a column differs from the values below: above 0 as a name does."""
    filled = [value for value in values if value]
    if not name or not filled:
        return 0
    kind = all_alike(filled)
    if kind:
        return OF_ITS_KIND if all_alike([name]) == kind else max(LIKELY, _known(name))
    if name in filled or count_words(name) > SENTENCE:
        return VALUE
    if is_known(name):
        return _known(name)
    if name[-1] in ".!?…。！？" or count_words(name) > WORDS_OF_NAME:
        return -1
    if len({*filled}) <= len(filled) / 2:
        return 1
    longer = sum(len(value) > len(name) for value in filled)
    return 1 if longer >= MOSTLY * len(filled) and sum(map(count_words, filled)) > 3 * len(filled) else 0
