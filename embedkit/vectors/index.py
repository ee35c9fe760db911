"""Where each word of a plain file is, kept in the cache: later lookups read only the rows they want.

For n words: their hashes, sorted, and with each the row and the byte where the word begins. The words
themselves stay in the file and are compared there, so that no hash is ever trusted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from embedkit.files.spans import read_spans
from embedkit.vectors.arrays import DamagedError
from embedkit.vectors.content import Content
from embedkit.vectors.selection import Selection
from embedkit.vectors.word_hash import hash_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from embedkit.interfaces import IntArray


class IndexBuilder:
    """Gathers the places of `count` words while a file is read."""

    def __init__(self, count: int) -> None:
        import numpy as np

        self._hashes: NDArray[np.uint64] = np.empty(count, "<u8")
        self._offsets: NDArray[np.uint64] = np.empty(count, "<u8")

    def add(self, row: int, joined: bytes, offsets: IntArray) -> None:
        """Words from `row` on, with a space between them, and the bytes of the file where they begin."""
        self.put(row, hash_words(joined), offsets)

    def put(self, row: int, hashes: NDArray[np.uint64], offsets: NDArray[Any]) -> None:
        """The hashes of words from `row` on, and the bytes of the file where they begin."""
        self._hashes[row : row + len(offsets)] = hashes
        self._offsets[row : row + len(offsets)] = offsets

    def places(self, count: int) -> dict[str, NDArray[np.uint64]]:
        """The hashes of the first `count` words and their bytes, as `put` takes them."""
        return {"hashes": self._hashes[:count], "offsets": self._offsets[:count]}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The finished index; the builder is used up."""
        import numpy as np

        rows = np.argsort(self._hashes).astype("<u4" if len(self._hashes) < 2**32 else "<u8")
        return {"hashes": self._hashes[rows], "rows": rows, "offsets": self._offsets}


class Index:
    """The places of all words of a file. Raises DamagedError for arrays that are not those of such a file."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], count: int) -> None:
        if {name: array.shape for name, array in arrays.items()} != dict.fromkeys(
            ("hashes", "rows", "offsets"), (count,)
        ):
            raise DamagedError("it is of another file")
        self._hashes, self._rows, self._offsets = arrays["hashes"], arrays["rows"], arrays["offsets"]

    def select(self, content: Content, selection: Selection) -> None:
        """Give `selection` the rows that it wants, read from the file.

        Raises DamagedError where the file does not have the word that should be there.
        """
        size = 4 * selection.dim
        words = [word for word in selection.slots if b" " not in word]
        with content.reading(), content.path.open("rb", buffering=0) as file:
            places = [*self.places(words)]
            spans = ((offset, offset + len(words[wanted]) + 1 + size) for offset, _, wanted in places)
            for (_, row, wanted), record in zip(places, read_spans(file, spans), strict=True):
                word = words[wanted]
                begin = len(word) + 1
                if record[:begin].tobytes() != word + b" " or len(record) != begin + size:
                    raise DamagedError("the file has another word where it says")
                selection.take(selection.slots[word], row, record[begin:])

    def places(self, words: Sequence[bytes]) -> Iterable[tuple[int, int, int]]:
        """Every place of each of `words`, which have no spaces, and of any word with the same hash.

        In the order of the file: the byte, the row, and the number of the word.
        """
        import numpy as np

        if not words:
            return ()
        hashes = hash_words(b" ".join(words))
        by_hash = np.argsort(hashes)  # neighbours in the index are searched one after the other: far faster
        hashes = hashes[by_hash]
        begins = np.searchsorted(self._hashes, hashes, "left")
        counts = np.searchsorted(self._hashes, hashes, "right") - begins
        wanted = np.repeat(np.arange(len(words)), counts)
        nth = np.arange(len(wanted)) - np.repeat(np.cumsum(counts) - counts, counts)
        rows = self._rows[begins[wanted] + nth]
        order = np.argsort(self._offsets[rows])
        columns = (self._offsets[rows], rows, by_hash[wanted])
        return zip(*(column[order].tolist() for column in columns), strict=True)
