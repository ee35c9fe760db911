"""Leaves its file open, until nobody needs the reader any longer."""

from collections.abc import Iterator
from pathlib import Path

from embedkit.plugin_api import Example, Register, hookimpl

TEXTS = ("great fun", "dull and slow", "a great film")
LABELS = ("good", "bad", "good")


class Mutant:
    """Three lines of this file."""

    def read(self) -> Iterator[Example]:
        """Yield the first lines of this file."""
        self.file = Path(__file__).open(encoding="utf-8")  # noqa: SIM115
        for number, label in enumerate(LABELS, 1):
            yield Example(number, next(self.file), label)


@hookimpl
def register_readers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
