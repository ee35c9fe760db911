"""Rows as aligned text on standard output, and sizes in bytes as text."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from embedkit.escaping import escaped
from embedkit.report.terminal.lines import say

UNITS = ("B", "kB", "MB", "GB", "TB")


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows, all with the same number of cells, in columns as wide as needed."""
    shown = [[*map(escaped, row)] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def bytes_as_text(count: int) -> str:
    """Return a size in the decimal unit that leaves at most three digits before the point: `36.0 MB`."""
    unit = next((n for n in range(len(UNITS) - 1) if count < 999.95 * 1000**n), len(UNITS) - 1)
    return f"{count} B" if not unit else f"{count / 1000**unit:.1f} {UNITS[unit]}"


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
