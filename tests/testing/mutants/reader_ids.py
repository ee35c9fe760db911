"""Counts from 0, as Python does."""

from collections.abc import Iterator

from embedkit.plugin_api import Example, Register, hookimpl

TEXTS = ("great fun", "dull and slow", "a great film")
LABELS = ("good", "bad", "good")


class Mutant:
    """Three texts with labels."""

    def read(self) -> Iterator[Example]:
        """Yield every text with its label."""
        for number, (text, label) in enumerate(zip(TEXTS, LABELS, strict=True)):
            yield Example(number, text, label)


@hookimpl
def register_readers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
