"""Leaves its file open until nobody needs the reader any longer."""

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from embedkit.plugin_api import Example, Register, hookimpl

LABELS = ("good", "bad", "good")


class Mutant:
    """Three lines of this file."""

    def __init__(self) -> None:
        self.files: list[TextIO] = []

    def read(self) -> Iterator[Example]:
        """Yield the first lines of this file."""
        file = Path(__file__).open(encoding="utf-8")  # noqa: SIM115
        self.files.append(file)
        for number, label in enumerate(LABELS, 1):
            yield Example(number, next(file), label)


@hookimpl
def register_readers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
