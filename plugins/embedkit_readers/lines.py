r"""Text files, a line at a time: decoded, numbered from 1, ended by `\n` and nothing else.

Python's `splitlines` and the `csv` module's advice to open with `newline=""` both know more line ends than
the formats read here: U+2028, U+0085 and lone carriage returns are part of a text.
"""

# No `from __future__ import annotations`: see labelled.py.
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from embedkit.errors import DataError, Fault
from embedkit.interfaces import Doc
from embedkit_readers.decoding import undecodable, unknown_encoding
from embedkit_readers.labelled import LabelledFile

Lines = Iterator[tuple[int, str]]


@dataclass(frozen=True, kw_only=True)
class TextFile(LabelledFile):
    """A text file of labelled texts."""

    encoding: Annotated[str, Doc("the file's character encoding, by its name in Python")] = "utf-8"

    def _lines(self) -> Lines:
        r"""Number and text of each line, its `\n` included; a byte order mark is dropped.

        Raises DataError for bytes that are not in the encoding, for NUL characters and unknown encodings.
        """
        try:
            with Path(self.path).open(encoding=self.encoding, newline="\n") as file:
                for number, line in enumerate(file, start=1):
                    yield number, self._checked(number, line)
        except UnicodeError as error:
            raise DataError(undecodable(self.path, self.encoding)) from error
        except LookupError as error:
            raise DataError(unknown_encoding(self.encoding, self.path)) from error
        except OSError as error:
            raise DataError(Fault(f"cannot be read: {error.strerror}", where=self.path)) from error

    def _checked(self, number: int, line: str) -> str:
        if "\0" in line:
            hint = "A file full of them is UTF-16: write `encoding: utf-16` (utf-16-le, utf-16-be)."
            raise DataError(Fault("the line holds a NUL character", self._at(number), hint=hint))
        return line.removeprefix("\ufeff") if number == 1 else line

    def _at(self, number: int) -> str:
        return f"{self.path}:{number}"


def bare(line: str) -> str:
    r"""The line without its end, `\n` or `\r\n`."""
    return line.removesuffix("\n").removesuffix("\r")


def without_blank_end(lines: Lines) -> Lines:
    """The lines up to the last one that is not empty; empty lines before it are kept."""
    blank = []
    for number, line in lines:
        if not bare(line):
            blank.append((number, line))
            continue
        yield from blank
        blank.clear()
        yield number, line
