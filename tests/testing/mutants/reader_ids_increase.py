"""Counts the texts of each label by themselves, so that ids repeat."""

from collections.abc import Iterator

from embedkit.plugin_api import Example, Register, hookimpl

TEXTS = ("great fun", "dull and slow", "a great film")
LABELS = ("good", "bad", "good")


class Mutant:
    """Three texts with labels."""

    def read(self) -> Iterator[Example]:
        """Yield every text with its label."""
        for label in sorted({*LABELS}):
            texts = [text for text, own in zip(TEXTS, LABELS, strict=True) if own == label]
            for number, text in enumerate(texts, 1):
                yield Example(number, text, label)


@hookimpl
def register_readers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
