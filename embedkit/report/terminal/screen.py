"""A rich console whose texts and tables show data as they are, never read as markup or terminal commands."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from embedkit.escaping import escaped_lines

_PLAIN = {"█": "#", "▓": "=", "░": "-", "─": "-", "–": "-", "−": "-", "…": "."}
"""Replacements of drawing characters that the screen's encoding lacks."""


SIZES = ("COLUMNS", "LINES")
"""Variables of the environment that say how large the terminal is."""


class Screen(Console):
    """A console without markup, emoji codes and highlighting; terminal control sequences are escaped.

    Data have to be `escaped` where they are put into a line or a cell, so that they stay in it; whatever was
    forgotten is escaped here.
    """

    def __init__(self, **options: Any) -> None:
        # rich takes every digit of Unicode for one of a number.
        said = {name: text for name, text in os.environ.items() if name not in SIZES or text.isascii()}
        super().__init__(markup=False, emoji=False, highlight=False, _environ=said, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments of `renderable`, their texts escaped."""
        for segment in super().render(renderable, options):
            text = segment.text
            if segment.control or (text.isascii() and text.isprintable()):
                yield segment
            else:
                yield Segment(self._drawn(escaped_lines(text)), segment.style)

    def on_broken_pipe(self) -> None:
        """Raise the BrokenPipeError that rich caught: the program has an exit code for it."""
        raise  # what rich calls this for

    def _drawn(self, text: str) -> str:
        """Return `text` with characters that the screen's encoding lacks replaced."""
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            return "".join(self._plain(character) for character in text)
        return text

    def _plain(self, character: str) -> str:
        try:
            character.encode(self.encoding)
        except UnicodeEncodeError:
            return _PLAIN.get(character) or character.encode("ascii", "backslashreplace").decode()
        return character
