"""Lets the exceptions of the JSON parser pass where the file has no JSON."""

import json
from collections.abc import Iterator
from typing import Annotated

from embedkit.plugin_api import Doc, Example, InputPath, Register, hookimpl, open_text

TEXTS = ("great fun", "dull and slow", "a great film")
LABELS = ("good", "bad", "good")


class Mutant:
    """Texts of a JSON file, or three."""

    def __init__(self, *, path: Annotated[InputPath | None, Doc("a JSON list of texts")] = None) -> None:
        self.path = path

    def read(self) -> Iterator[Example]:
        """Yield every text with its label."""
        texts = TEXTS
        if self.path:
            with open_text(self.path, "utf-8") as file:
                texts = json.load(file)
        for number, text in enumerate(texts, 1):
            yield Example(number, text, "good" if "great" in text else "bad")


@hookimpl
def register_readers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
