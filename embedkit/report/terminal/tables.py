"""Rows as aligned text on standard output; sizes in bytes as options."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from embedkit.escaping import escaped
from embedkit.files.sizes import UNITS
from embedkit.report.terminal.cells import padded, width_of
from embedkit.report.terminal.lines import say


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows, all with the same number of cells, in columns as wide as needed: in terminal cells."""
    shown = [[*map(escaped, row)] for row in rows]
    widths = [max(map(width_of, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        say("  ".join(padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip())


def byte_count(_ctx: click.Context, _parameter: click.Parameter, value: str) -> int:
    """Return the number of bytes in a size such as `500MB`, `1.5 GB` or `0`, the value of an option.

    Raises click.BadParameter, a usage error, for anything else.
    """
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?([kMGT]?B|)", value)
    if match is None or len(match[1]) > 30:
        units = ", ".join(UNITS)
        raise click.BadParameter(f"'{value}' is no size (allowed: a number and {units}, as 500MB)")
    scale: int = 1000 ** UNITS.index(match[2] or "B")
    return round(float(match[1]) * scale)
