"""Yields dictionaries in place of examples."""

from collections.abc import Iterator

from embedkit.plugin_api import Register, hookimpl

TEXTS = ("great fun", "dull and slow", "a great film")
LABELS = ("good", "bad", "good")


class Mutant:
    """Three texts with labels."""

    def read(self) -> Iterator[dict[str, object]]:
        """Yield every text with its label."""
        for number, (text, label) in enumerate(zip(TEXTS, LABELS, strict=True), 1):
            yield {"id": number, "text": text, "label": label}


@hookimpl
def register_readers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
