"""The examples of a split: all examples of one source, or some of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, overload

from embedkit.errors import DataError, Fault
from embedkit.files.rows import Rows
from embedkit.files.storage import InMemory
from embedkit.interfaces import Example

if TYPE_CHECKING:
    from embedkit.files.storage import Storage


class Examples(Sequence[Example]):
    """n examples: `ids` int64 [n], UTF-8 texts and labels, and their `positions` in the source.

    An Example is built on access. `source` holds all texts that were read together.
    """

    def __init__(
        self,
        ids: array[int],
        texts: Rows,
        labels: Sequence[str | None],
        positions: Sequence[int],
        source: Rows,
    ) -> None:
        self.ids = ids
        self.labels = labels
        self.positions = positions
        self.source = source
        self._texts = texts

    @classmethod
    def of(cls, examples: Iterable[Example], storage: Storage | None = None) -> Examples:
        """Read all of `examples` and put their texts into `storage`, by default in memory.

        An object that is an Examples already is returned unchanged.
        """
        if isinstance(examples, cls):
            return examples
        ids, labels, known = array("q"), list[str | None](), dict[str | None, str | None]()

        def encoded() -> Iterator[array[int]]:
            for example in examples:
                ids.append(example.id)
                labels.append(known.setdefault(example.label, example.label))
                yield array("B", example.text.encode(errors="surrogatepass"))

        texts = Rows.stored(encoded(), "B", storage or InMemory())
        return cls(ids, texts, labels, range(len(ids)), texts)

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, row: int) -> Example: ...

    @overload
    def __getitem__(self, row: slice) -> list[Example]: ...

    def __getitem__(self, row: int | slice) -> Example | list[Example]:
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(len(self)))]
        return Example(self.ids[row], _decoded(self._texts[row]), self.labels[row])

    def __iter__(self) -> Iterator[Example]:
        return map(Example, self.ids, self.texts, self.labels)

    def take(self, rows: Sequence[int]) -> Examples:
        """Return the examples at `rows`, which must be ascending."""
        ids, positions = (array("q", map(each.__getitem__, rows)) for each in (self.ids, self.positions))
        labels = [self.labels[row] for row in rows]
        return Examples(ids, self._texts.take(rows), labels, positions, self.source)

    def labelled(self, labels: Sequence[str | None]) -> Examples:
        """Return the same examples with other labels."""
        return Examples(self.ids, self._texts, labels, self.positions, self.source)

    @property
    def texts(self) -> Texts:
        """Return the texts alone."""
        return Texts(self._texts)


class Texts(Sequence[str]):
    """A sequence of texts, each read on access."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, row: int) -> str: ...

    @overload
    def __getitem__(self, row: slice) -> list[str]: ...

    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(len(self)))]
        return _decoded(self._rows[row])

    def __iter__(self) -> Iterator[str]:
        return map(_decoded, self._rows)


def writable(examples: Iterable[Example]) -> Iterator[Example]:
    """Yield the examples unchanged. Raises DataError for a lone surrogate, which no file can hold."""
    for example in examples:
        for role, string in (("text", example.text), ("label", example.label or "")):
            try:
                string.encode()
            except UnicodeEncodeError as error:
                what = f"the {role} of example {example.id} holds half a surrogate pair"
                raise DataError(Fault(what)) from error
        yield example


def _decoded(text: array[int]) -> str:
    return text.tobytes().decode(errors="surrogatepass")
