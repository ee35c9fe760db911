"""The width of texts on a terminal, in cells: East Asian wide characters take two, combining ones none."""

from __future__ import annotations

from unicodedata import category, east_asian_width


def width_of(text: str) -> int:
    """Return the number of cells that a line of text takes."""
    if text.isascii() or all(map(_is_single, text)):
        return len(text)
    from rich.cells import cell_len  # only here: listing plugins imports no rich

    return cell_len(text)


def padded(text: str, width: int) -> str:
    """Return `text` with spaces behind it, so that it takes at least `width` cells."""
    return text + " " * (width - width_of(text))


def cut(text: str, width: int) -> str:
    """Return `text`, or if it takes more than `width` cells as much of it as fits, with `…` as the last."""
    if width_of(text) <= width:
        return text
    from rich.cells import set_cell_size

    return set_cell_size(text, max(0, width - 1)).rstrip(" ") + "…"


def _is_single(character: str) -> bool:
    """Return whether a character surely takes one cell: a letter with case, a mark, a digit, a space."""
    if character.isascii():
        return True
    kind = category(character)
    return (kind[0] in "PZ" or kind in ("Lu", "Ll", "Nd", "Sm")) and east_asian_width(character) not in "WF"
