"""Text wrapped to the width of a screen, in terminal cells: East Asian wide characters take two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from embedkit.escaping import escaped

if TYPE_CHECKING:
    from rich.console import Console

NARROWEST = 20
"""Cells that a line has at least, on a narrower screen too."""


def print_wrapped(text: str | Text, console: Console, indent: int = 0) -> None:
    """Print a text in lines that fit the screen, each indented by `indent` spaces.

    A str is escaped; a Text has to be already. A word that is longer than a line is broken.
    """
    whole = Text(escaped(text)) if isinstance(text, str) else text
    width = max(console.width - indent, NARROWEST)
    for line in whole.wrap(console, width, overflow="fold"):
        line.rstrip()
        console.print(Text(" " * indent).append_text(line), soft_wrap=True)
