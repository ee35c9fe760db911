"""Decodes with surrogates for what is not UTF-8, so that no run can write it."""

from collections.abc import Iterator

from embedkit.plugin_api import Example, Register, hookimpl

TEXTS = ("great fun", "dull and slow", "a great film")
LABELS = ("good", "bad", "good")


class Mutant:
    """Three texts with labels."""

    def read(self) -> Iterator[Example]:
        """Yield every text with its label."""
        for number, (text, label) in enumerate(zip(TEXTS, LABELS, strict=True), 1):
            encoded = text.encode() + " café".encode("latin-1")
            yield Example(number, encoded.decode(errors="surrogateescape"), label)


@hookimpl
def register_readers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
