r"""Text files read line by line: decoded, numbered from 1, and split at `\n` alone.

Python's `splitlines` and files opened with `newline=""`, as the `csv` module advises, know more line ends
than the formats read here: U+2028, U+0085 and lone carriage returns are part of a text.
"""

# No `from __future__ import annotations`: see labelled.py.
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from embedkit.plugin_api import DataError, Doc, Example, Fault
from embedkit_readers.labelled import LabelledFile

Lines = Iterator[tuple[int, str]]

LONGEST_LINE = 100_000_001
"""One character more than a line may have."""


@dataclass(frozen=True, kw_only=True)
class TextFile(LabelledFile):
    """A text file of labelled texts."""

    encoding: Annotated[str, Doc("the file's character encoding, under any of Python's names")] = "utf-8"

    def read(self) -> Iterator[Example]:
        """Yield examples as `LabelledFile.read` does.

        If that raises DataError for a file that is recognised as something else, such as a web page, the
        error says so.
        """
        try:
            yield from super().read()
        except DataError as error:
            from embedkit.plugin_api import head_of, not_the_file

            fault = not_the_file(head_of(self.path), f"{self.path}:1")
            if fault is None:
                raise
            raise DataError(fault) from error

    def _lines(self) -> Lines:
        r"""Yield the number and text of each line, with its `\n` but without a byte order mark.

        Raises DataError for bytes that are not in the encoding, NUL characters, unknown encodings, lines that
        are too long, and files that hold something else than text.
        """
        from embedkit.plugin_api import open_text

        with open_text(self.path, self.encoding) as file:
            for number, line in enumerate(iter(partial(file.readline, LONGEST_LINE), ""), start=1):
                yield number, self._checked(number, line)

    def _checked(self, number: int, line: str) -> str:
        if "\0" in line:
            hint = (
                "A file full of them is no text, or it is UTF-16: `encoding: utf-16`, utf-16-le or utf-16-be."
            )
            raise DataError(Fault("the line holds a NUL character", self._at(number), hint=hint))
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            what = f"the line is longer than {LONGEST_LINE - 1:,} characters"
            hint = "Is every text on a line of its own, and every quoted field closed?"
            raise DataError(Fault(what, self._at(number), hint=hint))
        return line.lstrip("\ufeff") if number == 1 else line

    def _at(self, number: int) -> str:
        return f"{self.path}:{number}"


def bare(line: str) -> str:
    r"""Return the line without its end, `\n` or `\r\n`."""
    return line.removesuffix("\n").removesuffix("\r")


def without_blank_end(lines: Lines) -> Lines:
    """Yield the lines up to the last one that is not empty; empty lines before it are kept."""
    blank = []
    for number, line in lines:
        if not bare(line):
            blank.append((number, line))
            continue
        yield from blank
        blank.clear()
        yield number, line
