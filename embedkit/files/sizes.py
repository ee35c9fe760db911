"""Sizes in bytes as text."""

from __future__ import annotations

UNITS = ("B", "kB", "MB", "GB", "TB")


def bytes_as_text(count: int) -> str:
    """Return a size in the decimal unit that leaves at most three digits before the point: `36.0 MB`."""
    unit = next((n for n in range(len(UNITS) - 1) if count < 999.95 * 1000**n), len(UNITS) - 1)
    return f"{count} B" if not unit else f"{count / 1000**unit:.1f} {UNITS[unit]}"
