"""Says that a file is not UTF-8, and leaves it to the user to find the line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from embedkit.plugin_api import DataError, Doc, Example, Fault, InputPath, Register, hookimpl

SAMPLE = b"good great fun\nbad dull and slow\ngood a great film\n"
"""A file: a label and a text on each line."""


class Mutant:
    """A label and a text on each line."""

    def __init__(self, *, path: Annotated[InputPath, Doc("the file to read")]) -> None:
        self.path = path

    def read(self) -> Iterator[Example]:
        """Yield an example for each line. Raises DataError for a file that is not UTF-8."""
        try:
            lines = Path(self.path).read_text(encoding="utf-8").splitlines()
        except ValueError as error:
            raise DataError(Fault("is not UTF-8", where=self.path)) from error
        for number, line in enumerate(lines, 1):
            label, _, text = line.partition(" ")
            yield Example(number, text, label)


@hookimpl
def register_readers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
