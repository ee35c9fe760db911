"""What a table is written like, told from a header in which the wanted columns are not found."""

from __future__ import annotations

import re
from collections.abc import Sequence

from embedkit.plugin_api import Fault, nearest, shortened

EXCELS_LINE = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
"""Excel's own first line, which names the delimiter."""

_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars", ",": "commas"}


def explain_header(names: Sequence[str], wanted: Sequence[str], tabs: bool) -> Fault | None:
    """Which key reads the header `names`, where another delimiter or no header explains it; else None.

    `tabs` says that tabs separate.
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
    """What to write for a table that `delimiter` separates, in one that `tabs` do, or something else."""
    if delimiter == "\t":
        return '`use: tsv`, or `delimiter: "\\t"`'
    return f'`use: csv, delimiter: "{delimiter}"`' if tabs else f'`delimiter: "{delimiter}"`'


def _is_data(names: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether names are a row rather: as many as are wanted, or numbers or sentences, and none is near."""
    if any(nearest(name, names) for name in wanted):
        return False
    sentences = any(len(name.split()) > 3 or name.strip().isdigit() for name in names)
    return sentences or len(names) == len(wanted)


def _columns(names: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Names for the columns: the longest value is the text, the shortest the label, others by number."""
    named = [f"column{number}" for number in range(1, len(names) + 1)]
    by_length = sorted(range(len(names)), key=lambda column: len(names[column]))
    for column, name in zip((by_length[-1], by_length[0]), wanted, strict=False):
        named[column] = name
    return named
