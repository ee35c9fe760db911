"""Word vectors as a CSV table, as pandas and spreadsheets write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.plugin_api import Register, WordVectorFile, hookimpl

if TYPE_CHECKING:
    from .table import Table


class Placeholder:
    """A CSV table: a heading `word,0,1,…`, then a word and its vector in each row."""

    def recognises(self, head: bytes) -> bool:
        """Return whether the first column is called `word`."""
        return head.startswith(b"word,")

    def open(self, file: WordVectorFile) -> Table:
        """Read the heading. Raises VectorFileError if it names no column of numbers."""
        from .table import Table

        return Table(file)


@hookimpl
def register_vector_formats(register: Register) -> None:
    """Register `placeholder`."""
    register("placeholder", Placeholder)
