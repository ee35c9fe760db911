"""Reads a file through the vector format of a plugin, with the interface of a built-in reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any

from embedkit.interfaces import Lookup, Progress
from embedkit.interfaces.calling import OWNER, Owner
from embedkit.interfaces.changes import heed
from embedkit.interfaces.contracts import check_lookup
from embedkit.vectors.faults import broken
from embedkit.vectors.formats.plugin_contract import Contract, Words
from embedkit.vectors.io.content import Content, examine
from embedkit.vectors.lookup.words import decodable
from embedkit.vectors.reading import Block, Options
from embedkit.vectors.selection import ScanReport, Selection

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray, VectorRows
    from embedkit.plugin.registry import Component

BLOCK = 1 << 20
"""Bytes of vectors that are handed on at once."""


class PluginReader:
    """Reads a file through a plugin's format.

    `size` is the bytes of the file and of the files that belong to it. `depends_on` is what the rows depend
    on besides the file: the plugin's version and these other files.
    """

    def __init__(self, component: Component, content: Content, options: Options, rows: VectorRows) -> None:
        self._contract = Contract(component, content)
        setattr(self, OWNER, Owner(str(component)))
        self._content, self._options, self._rows = content, options, rows
        with self._contract.answering():
            heed("VectorRows", rows)
            self._contract.check_rows(rows)
            files = [examine(path) for path in rows.files]
        self.name = component.name
        self.dim, self.dtype, self.layout = rows.dim, rows.dtype, rows.layout
        self._all = rows.count
        self._replaced = 0
        self.size = content.size + sum(file.size for file in files)
        self.depends_on = " ".join([str(component.plugin), *(file.fingerprint() for file in files)])

    @property
    def count(self) -> int | None:
        """Return the number of vectors that are read; None if only reading the whole file can tell."""
        return None if self._all is None else min(self._all, self._options.limit or self._all)

    def scan(self, selection: Selection, progress: Progress) -> ScanReport:
        """Read all rows, put the wanted ones into `selection`, and return a report.

        Raises as `blocks` does.
        """
        records, slots = 0, selection.slots
        for block in self.blocks(progress):
            for index in compress(range(len(block.words)), map(slots.__contains__, block.words)):
                vector = block.vectors[index].astype("<f4", copy=False)
                selection.take(slots[block.words[index]], block.row + index, vector.data.cast("B"))
            records += len(block.words)
        verified = self._options.limit is None
        return ScanReport(records, selection.duplicates(), self._replaced, verified)

    def blocks(self, progress: Progress) -> Iterator[Block]:
        """Yield all rows in file order.

        Raises ComponentError if the plugin breaks its contract, and VectorFileError if the file has no
        vectors or another number than it says, or if a word is not UTF-8.
        """
        self._replaced = row = 0
        limit = self._options.limit
        for words, vectors in self._parts():
            taken = words if limit is None else words[: limit - row]
            yield Block(row, self._utf8(row, taken), vectors[: len(taken)])
            row += len(taken)
            progress(row, self.count)
            if row == limit:
                return
        if self._all is not None and row != self._all:
            raise broken(self._content.path, f"should have {self._all:,} vectors; there are {row:,}")
        if not row:
            raise broken(self._content.path, "has no vectors")

    def _parts(self) -> Iterator[tuple[Words, FloatArray]]:
        """Yield the plugin's words and vectors, checked and cut into small parts."""
        import numpy as np

        size = max(1, BLOCK // (4 * self.dim))
        for words, vectors in self._given():
            for begin in range(0, len(words), size):
                yield words[begin : begin + size], np.ascontiguousarray(vectors[begin : begin + size])

    def _given(self) -> Iterator[tuple[Words, FloatArray]]:
        with self._contract.answering():
            blocks = iter(self._rows.blocks())
        end = object()
        while True:
            with self._contract.answering():
                given: Any = next(blocks, end)
            if given is end:
                return
            yield self._contract.block(given, self.dim)

    def _utf8(self, row: int, words: Words) -> Sequence[bytes]:
        """Convert the words to UTF-8, and check words that the plugin gave as bytes."""

        def refuse(index: int, what: str) -> Exception:
            return broken(self._content.path, what, record=row + index + 1, hint="Use errors: replace.")

        try:
            encoded = [word.encode() if isinstance(word, str) else word for word in words]
        except UnicodeEncodeError as error:
            raise self._contract.breach("words that are Unicode", repr(error.object)) from error
        known, replaced = decodable(encoded, self._options.errors, refuse)
        self._replaced += replaced
        return known


class PluginSubwordReader(PluginReader):
    """Reads a file through a plugin's format that also has vectors of out-of-vocabulary words."""

    def subword(self, words: Sequence[str]) -> Lookup:
        """Return vectors of `words` from their subwords alone; `found` is False for words without any."""
        rows: Any = self._rows
        with self._contract.answering():
            lookup: Lookup = rows.subword(words)
        return check_lookup(self, lookup, len(words), self.dim, "subword")


def open_rows(component: Component, content: Content, options: Options) -> PluginReader:
    """Open a file with the vector format `component`, and return its reader.

    Raises VectorFileError if the file is not as the format expects, ComponentError if the plugin breaks its
    contract.
    """
    from embedkit.vectors.io.whole_file import WholeFile

    with Contract(component, content).answering():
        rows = component.factory().open(WholeFile(content))
    kind = PluginSubwordReader if callable(getattr(rows, "subword", None)) else PluginReader
    return kind(component, content, options, rows)
