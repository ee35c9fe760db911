"""The examples of a split: all examples of one source, or some of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import TYPE_CHECKING, overload

from embedkit.errors import DataError, Fault
from embedkit.files.rows import Rows
from embedkit.files.storage import InMemory
from embedkit.interfaces import Example

if TYPE_CHECKING:
    from embedkit.files.storage import Storage


@dataclass(frozen=True)
class Columns:
    """What is known of n examples besides their texts: `ids` int64 [n] and `positions` in the source.

    `groups` is None if no example has a group.
    """

    ids: array[int]
    labels: Sequence[str | None]
    positions: Sequence[int]
    groups: Sequence[str | None] | None = None

    def take(self, rows: Sequence[int]) -> Columns:
        """Return the columns of the examples at `rows`."""
        ids, positions = (array("q", map(each.__getitem__, rows)) for each in (self.ids, self.positions))
        groups = None if self.groups is None else [self.groups[row] for row in rows]
        return Columns(ids, [self.labels[row] for row in rows], positions, groups)


class Examples(Sequence[Example]):
    """n examples: their columns, and UTF-8 texts.

    An Example is built on access. `source` holds all texts that were read together.
    """

    def __init__(self, columns: Columns, texts: Rows, source: Rows) -> None:
        self.ids = columns.ids
        self.labels = columns.labels
        self.positions = columns.positions
        self.groups = columns.groups
        self.source = source
        self._columns = columns
        self._texts = texts

    @classmethod
    def of(cls, examples: Iterable[Example], storage: Storage | None = None) -> Examples:
        """Read all of `examples` and put their texts into `storage`, by default in memory.

        An object that is an Examples already is returned unchanged.
        """
        if isinstance(examples, cls):
            return examples
        ids, labels, groups = array("q"), list[str | None](), list[str | None]()
        known = dict[str | None, str | None]()

        def encoded() -> Iterator[array[int]]:
            for example in examples:
                if example.group is not None or groups:
                    groups.extend(repeat(None, len(ids) - len(groups)))
                    groups.append(known.setdefault(example.group, example.group))
                ids.append(example.id)
                labels.append(known.setdefault(example.label, example.label))
                yield array("B", example.text.encode(errors="surrogatepass"))

        texts = Rows.stored(encoded(), "B", storage or InMemory())
        return cls(Columns(ids, labels, range(len(ids)), groups or None), texts, texts)

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, row: int) -> Example: ...

    @overload
    def __getitem__(self, row: slice) -> list[Example]: ...

    def __getitem__(self, row: int | slice) -> Example | list[Example]:
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(len(self)))]
        group = None if self.groups is None else self.groups[row]
        return Example(self.ids[row], _decoded(self._texts[row]), self.labels[row], group)

    def __iter__(self) -> Iterator[Example]:
        return map(Example, self.ids, self.texts, self.labels, self.groups or repeat(None))

    def take(self, rows: Sequence[int]) -> Examples:
        """Return the examples at `rows`, which must be ascending."""
        return Examples(self._columns.take(rows), self._texts.take(rows), self.source)

    def labelled(self, labels: Sequence[str | None]) -> Examples:
        """Return the same examples with other labels."""
        return Examples(replace(self._columns, labels=labels), self._texts, self.source)

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


def writable(examples: Iterable[Example], where: str) -> Iterator[Example]:
    """Yield the examples of the split `where` unchanged.

    Raises DataError for a lone surrogate, which no file can hold.
    """
    for example in examples:
        for role, string in (
            ("text", example.text),
            ("label", example.label or ""),
            ("group", example.group or ""),
        ):
            try:
                string.encode()
            except UnicodeEncodeError as error:
                what = f"the {role} of example {example.id} holds half a surrogate pair"
                raise DataError(Fault(what, where)) from error
        yield example


def _decoded(text: array[int]) -> str:
    return text.tobytes().decode(errors="surrogatepass")
