"""Paragraphs under headings, a format for texts that are labelled by hand in an editor."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Annotated

from annotated_types import MinLen

from embedkit.plugin_api import DataError, Doc, Example, Fault, InputPath, Register, hookimpl


class Placeholder:
    """Paragraphs under headings: `# good` is the label of the paragraphs below it, up to the next heading."""

    def __init__(
        self,
        *,
        path: Annotated[InputPath, Doc("the file")],
        encoding: Annotated[str, Doc("the file's character encoding, by its name in Python")] = "utf-8",
        heading: Annotated[str, MinLen(1), Doc("what a heading begins with")] = "#",
    ) -> None:
        self.path = path
        self.encoding = encoding
        self.heading = heading

    def read(self) -> Iterator[Example]:
        """Yield the paragraphs, numbered from 1. Raises DataError for a line that stands under no heading."""
        for number, (label, text) in enumerate(self._paragraphs(), 1):
            yield Example(number, text, label)

    def _paragraphs(self) -> Iterator[tuple[str, str]]:
        """Yield label and text of each paragraph: lines up to an empty line, a heading or the end."""
        from embedkit.plugin_api import open_text

        label, lines = "", list[str]()
        with open_text(self.path, self.encoding) as file:
            for number, line in enumerate(chain(file, ["\n"]), 1):
                text = line.strip()
                if text and not text.startswith(self.heading):
                    self._check(label, number)
                    lines.append(text)
                    continue
                if lines:
                    yield label, " ".join(lines)
                    lines = []
                if text:
                    label = text.removeprefix(self.heading).strip()

    def _check(self, label: str, number: int) -> None:
        if not label:
            hint = f"A line above it has the label: {self.heading} LABEL"
            raise DataError(Fault("the text has no label", where=f"{self.path}:{number}", hint=hint))


@hookimpl
def register_readers(register: Register) -> None:
    """Register `placeholder`."""
    register("placeholder", Placeholder)
