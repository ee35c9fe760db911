"""Diagnosis of a table's dialect from a header that lacks the wanted columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from embedkit.plugin_api import Fault, nearest, shortened

EXCELS_LINE = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
"""Excel's own first line, which names the delimiter."""

_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars", ",": "commas"}


def explain_header(names: Sequence[str], wanted: Sequence[str], tabs: bool) -> Fault | None:
    """Return a fault that names the recipe key to set, if that explains the header `names`, or else None.

    Explanations are another delimiter and a missing header. `tabs` tells that the recipe's delimiter is a
    tab.
    """
    shown = f"the header is `{shortened(' | '.join(names))}`"
    if len(names) == 1:
        for delimiter, called in _DELIMITERS.items():
            parts = [part.strip(" \"'\ufeff") for part in names[0].split(delimiter)]
            if len(parts) > 1 and {*wanted} & {*parts}:
                return Fault(f"the header has {called}", hint=f"Write {key_of_delimiter(delimiter, tabs)}.")
    if not {*wanted} & {*names} and _is_data(names, wanted):
        columns = ", ".join(_columns(names, wanted))
        return Fault(f"{shown}: is it a row?", hint=f"Is it `header: false, columns: [{columns}]`?")
    return None


def key_of_delimiter(delimiter: str, tabs: bool) -> str:
    """Return the recipe keys for a table separated by `delimiter`.

    `tabs` tells that the recipe's delimiter is a tab.
    """
    if delimiter == "\t":
        return '`use: tsv`, or `delimiter: "\\t"`'
    return f'`use: csv, delimiter: "{delimiter}"`' if tabs else f'`delimiter: "{delimiter}"`'


def _is_data(names: Sequence[str], wanted: Sequence[str]) -> bool:
    """Tell whether `names` are a row of data rather than a header.

    They are if none is similar to a wanted name, and there are as many as wanted, or numbers or sentences
    among them.
    """
    if any(nearest(name, names) for name in wanted):
        return False
    sentences = any(len(name.split()) > 3 or name.strip().isdigit() for name in names)
    return sentences or len(names) == len(wanted)


def _columns(names: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Return column names: the longest value is the text, the shortest the label, others are numbered."""
    named = [f"column{number}" for number in range(1, len(names) + 1)]
    by_length = sorted(range(len(names)), key=lambda column: len(names[column]))
    for column, name in zip((by_length[-1], by_length[0]), wanted, strict=False):
        named[column] = name
    return named
