"""An index of the words of a plain file, kept in the cache: later lookups read only the wanted rows.

It holds, for n words, their sorted hashes, and for each hash the row and the byte at which the word begins.
The words themselves stay in the file and are compared there, so that no hash is ever trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple

from embedkit.files.arrays import ArrayStream, DamagedError
from embedkit.files.spans import Parts, read_parts
from embedkit.files.system import OpenFile, read_at
from embedkit.vectors.io.content import Content
from embedkit.vectors.lookup.records import MAX_WORD
from embedkit.vectors.lookup.word_hash import hash_words
from embedkit.vectors.selection import Selection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.interfaces import BoolArray, IntArray

HASHED = 1 << 11
"""Words that are hashed at once."""


ARRAYS = ("hashes", "rows", "offsets")
"""The arrays of an index, in the order in which they are in its file."""

ANOTHER_WORD = "the file has another word where it says"

CHECKED = (*ARRAYS, "checks")
"""The arrays of an index that has a CRC-32 of each row, too."""


class Places(NamedTuple):
    """Places of words, in file order: the byte offset, the row, and the index of the word; int64 [n] each.

    `checks` are the CRC-32 of the rows, uint32 [n], or none if the index has none.
    """

    offsets: IntArray
    rows: IntArray
    words: IntArray
    checks: NDArray[np.uint32]

    def part(self, chosen: slice | BoolArray) -> Places:
        """Return the chosen places."""
        checks = self.checks[chosen] if len(self.checks) else self.checks
        return Places(self.offsets[chosen], self.rows[chosen], self.words[chosen], checks)


class IndexBuilder:
    """Collects the places of `count` words while a file is read."""

    def __init__(self, count: int) -> None:
        import numpy as np

        self._hashes: NDArray[np.uint64] = np.empty(count, "<u8")
        self._offsets: NDArray[np.uint64] = np.empty(count, "<u8")

    def add(self, row: int, joined: bytes, offsets: IntArray) -> None:
        """Add the words from `row` on, joined by spaces, and the bytes at which they begin in the file."""
        self.put(row, hash_words(joined), offsets)

    def put(self, row: int, hashes: NDArray[np.uint64], offsets: NDArray[Any]) -> None:
        """Set the hashes of the words from `row` on, and the bytes at which they begin in the file."""
        self._hashes[row : row + len(offsets)] = hashes
        self._offsets[row : row + len(offsets)] = offsets

    def places(self, count: int) -> dict[str, NDArray[np.uint64]]:
        """Return the hashes and byte offsets of the first `count` words, as `put` takes them."""
        return {"hashes": self._hashes[:count], "offsets": self._offsets[:count]}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of the finished index; the builder must not be used afterwards."""
        import numpy as np

        count = len(self._hashes)
        rows = np.argsort(self._hashes).astype(_narrow(count))
        offsets = self._offsets.astype(_narrow(int(self._offsets[-1]) if count else 0), copy=False)
        return {"hashes": self._hashes[rows], "rows": rows, "offsets": offsets}


def _narrow(largest: int) -> str:
    """Return the narrower one of two types of unsigned integers that holds numbers up to `largest`."""
    return "<u4" if largest < 2**32 else "<u8"


class Index:
    """The places of all `count` words of a file, for one search: `arrays` are read from front to back.

    Raises DamagedError if these are not the arrays `names`, of the same length.
    """

    def __init__(self, arrays: ArrayStream, names: Sequence[str] = ARRAYS) -> None:
        kinds = {name: dtype.kind for name, (dtype, _) in arrays.described.items()}
        shapes = {shape for _, shape in arrays.described.values()}
        if [*kinds.items()] != [(name, "u") for name in names] or [*map(len, shapes)] != [1]:
            raise DamagedError("it is of another file")
        ((self.count,),) = shapes
        self._arrays = arrays

    def select(self, content: Content, selection: Selection) -> None:
        """Read the wanted rows from the file and put them into `selection`.

        Raises DamagedError if the file has another word at an indexed place.
        """
        import numpy as np

        words, slots = _without_spaces(selection)
        places, size = self.places(words), 4 * selection.dim
        lengths = np.fromiter(map(len, words), np.int64, len(words))[places.words] + 1
        with content.reading(), content.path.open("rb", buffering=0) as file, whole_parts("the file"):
            for parts in read_parts(file, places.offsets, places.offsets + lengths + size):
                some = slice(parts.first, parts.last)
                own = places.part(some)
                right = Words(file, b" ").confirm(parts, own, words, lengths[some])
                vectors = parts.rows(lengths[some], size).view("<f4")
                selection.take_rows(slots[own.words][right], own.rows[right], vectors[right])

    def places(self, words: Sequence[bytes]) -> Places:
        """Return the places of `words`, which have no spaces, and of all other words with the same hashes.

        Raises DamagedError if the index is cut or changed.
        """
        import numpy as np

        hashes = _hashes(words)
        by_hash = np.argsort(hashes)
        begins, counts = self._search(hashes[by_hash])
        wanted = np.repeat(np.arange(len(words)), counts)
        nth = np.arange(len(wanted)) - np.repeat(np.cumsum(counts) - counts, counts)
        rows = self._arrays.take("rows", begins[wanted] + nth).astype(np.int64)
        order = np.argsort(rows)
        rows = rows[order]
        offsets = self._arrays.take("offsets", rows).astype(np.int64)
        checked = "checks" in self._arrays.described
        checks = self._arrays.take("checks", rows) if checked else np.zeros(0, np.uint32)
        self._arrays.verify()
        return Places(offsets, rows, by_hash[wanted][order], checks)

    def _search(self, hashes: NDArray[np.uint64]) -> tuple[IntArray, IntArray]:
        """Return where in the index each of the sorted `hashes` begins, and how often it is there."""
        import numpy as np

        begins, counts = np.zeros((2, len(hashes)), np.int64)
        for first, block in self._arrays.blocks("hashes"):
            some = slice(hashes.searchsorted(block[0]), hashes.searchsorted(block[-1], "right"))
            lefts, rights = (block.searchsorted(hashes[some], side) for side in ("left", "right"))
            begins[some] = np.where(counts[some], begins[some], first + lefts)
            counts[some] += np.maximum(rights - lefts, 0)  # less than none: the index is damaged
        return begins, counts


def _without_spaces(selection: Selection) -> tuple[list[bytes], IntArray]:
    """Return the wanted words without a space, as UTF-8, and their slots: no others are in the index."""
    import numpy as np

    words, slots = selection.keys()
    whole = [b" " not in word for word in words]
    return [*compress(words, whole)], np.array(slots, np.int64)[np.array(whole, bool)]


def _hashes(words: Sequence[bytes]) -> NDArray[np.uint64]:
    """Return the hashes of words, computed in batches since it takes twenty times the memory of the words."""
    import numpy as np

    blocks = range(0, len(words), HASHED)
    hashes = [hash_words(b" ".join(words[begin : begin + HASHED])) for begin in blocks]
    return np.concatenate(hashes) if hashes else np.zeros(0, np.uint64)


class Words(NamedTuple):
    """The words in a file, each followed by the byte `end`."""

    file: OpenFile
    end: bytes

    def confirm(
        self, parts: Parts, places: Places, words: Sequence[bytes], lengths: IntArray
    ) -> BoolArray | slice:
        """Return at which of the `places`, which begin the `parts`, the file has the word: a mask, or all.

        Where it has another one, that has the same hash: equal hashes do not prove equal words. Raises
        DamagedError if it has not. `lengths` are the bytes of each place's word with `end`.
        """
        import numpy as np

        expected = [*map(words.__getitem__, places.words.tolist())]
        joined = np.frombuffer(self.end.join([*expected, b""]), np.uint8)
        if np.array_equal(parts.bytes_of(lengths), joined):
            return slice(None)
        found = map(self._at, places.offsets.tolist())
        return np.array([_is_same(*pair) for pair in zip(found, expected, strict=True)])

    def _at(self, offset: int) -> bytes:
        """Return the word at a byte of the file. Raises DamagedError if what is there is too long for one."""
        word, end, _ = read_at(self.file, MAX_WORD + 1, offset).partition(self.end)
        if not end:
            raise DamagedError(ANOTHER_WORD)
        return word


def _is_same(word: bytes, expected: bytes) -> bool:
    """Return whether two words are the same. Raises DamagedError if not even their hashes are."""
    hashes = {*_hashes([each.replace(b" ", b"\0") for each in (word, expected)]).tolist()}
    if len(hashes) > 1:
        raise DamagedError(ANOTHER_WORD)
    return word == expected


@contextmanager
def whole_parts(what: str) -> Iterator[None]:
    """Turn an EOFError in the block into a DamagedError that says that `what` is cut."""
    try:
        yield
    except EOFError as error:
        raise DamagedError(f"{what} is cut: {error}") from error
