"""Writers of word-vector formats, which write a block of rows at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from embedkit.vectors.formats.sniff import BOM
from embedkit.vectors.formats.text_rows import RowReader, first_field
from embedkit.vectors.lookup.records import MAX_WORD
from embedkit.vectors.reading import Block

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray

HEADER_ROOM = 512
"""Bytes kept for the header of a safetensors file, which is written last."""


class Writer(Protocol):
    """Writes rows to a file that is open."""

    def refuses(self, word: bytes) -> str | None:
        """Return why the format cannot hold this word; None if it can."""

    def write(self, block: Block) -> None:
        """Write a block of rows."""

    def close(self) -> None:
        """Write what follows the rows."""


class Word2vecBinaryWriter:
    """word2vec binary, without newlines after the vectors, as gensim and GoogleNews have it."""

    def __init__(self, file: BinaryIO, count: int, dim: int) -> None:
        self._file = file
        file.write(f"{count} {dim}\n".encode())

    def refuses(self, word: bytes) -> str | None:
        """Return why the format cannot hold this word; None if it can.

        A space ends a word, line ends before a word are dropped, and zero bytes are a sign of damage.
        """
        if len(word) > MAX_WORD:
            return f"it has more than {MAX_WORD:,} bytes"
        if word[:1] in (b"\n", b"\r"):
            return "it begins with a line end"
        return "it has a space or a zero byte" if b" " in word or b"\0" in word else None

    def write(self, block: Block) -> None:
        """Write a block of rows."""
        rows = block.vectors.astype("<f4", copy=False)
        self._file.writelines(
            word + b" " + row.tobytes() for word, row in zip(block.words, rows, strict=True)
        )

    def close(self) -> None:
        """Write nothing: the rows come last in this format."""


class TextWriter:
    """Writes word2vec or GloVe text: the numerals of a text file, or the shortest that restore float32."""

    def __init__(self, file: BinaryIO, count: int | None, dim: int) -> None:
        self._file = file
        self._header = count is not None
        self._reader = RowReader(Path(), dim, "strict", header=self._header)
        self._values = b" 0" * dim
        if count is not None:
            file.write(f"{count} {dim}\n".encode())

    def refuses(self, word: bytes) -> str | None:
        """Return why the format cannot hold this word; None if it can.

        White space separates fields and rows. Only in GloVe text may a word hold it, since other tools read
        such words from no other text format.
        """
        if not word:
            return "it is empty"
        if len(word) > MAX_WORD:
            return f"it has more than {MAX_WORD:,} bytes"
        if not set(word) & set(b" \t\r\n"):
            return None if self._header or not word.startswith(BOM) else "it begins with a byte order mark"
        return "it has white space" if self._header else self._misread(word)

    def _misread(self, word: bytes) -> str | None:
        """Return why a row with this word, which has white space, would be read differently; else None."""
        if b"\n" in word:
            return "it has a newline"
        if word[:1].isspace() or word.startswith(BOM):
            return "it begins with white space"
        read, values = self._reader.fields(first_field(word), word + self._values, 1)
        return (
            None
            if read == word and len(values) == self._reader.dim
            else "it ends in white space or a number, which is read otherwise"
        )

    def write(self, block: Block) -> None:
        """Write a block of rows."""
        rows = _numerals(block.vectors) if block.numerals is None else block.numerals
        self._file.writelines(b"%b %b\n" % row for row in zip(block.words, rows, strict=True))

    def close(self) -> None:
        """Write nothing: the rows come last in this format."""


def _numerals(vectors: FloatArray) -> Sequence[bytes]:
    """Return the values of each row as the shortest numerals that restore float32, separated by spaces."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    begins = np.arange(0, vectors.size + 1, vectors.shape[1], dtype=np.int32)
    numbers = pa.array(vectors.astype(np.float32, copy=False).reshape(-1)).cast(pa.string())
    rows = pc.binary_join(pa.ListArray.from_arrays(begins, numbers), " ")
    return rows.cast(pa.binary()).to_pylist()  # type: ignore[no-any-return]


class SafetensorsWriter:
    """Writes safetensors: `vectors`, in bfloat16 if nothing is lost by it, and `words`."""

    def __init__(self, file: BinaryIO, count: int, dim: int, bfloat16: bool) -> None:
        self._file = file
        self._shape = [count, dim]
        self._bfloat16 = bfloat16
        self._words: list[bytes] = []
        file.write(bytes(HEADER_ROOM))

    def refuses(self, word: bytes) -> str | None:
        """Return why the format cannot hold this word; None if it can. A newline ends a word."""
        if len(word) > MAX_WORD:
            return f"it has more than {MAX_WORD:,} bytes"
        return "it has a newline" if b"\n" in word else None

    def write(self, block: Block) -> None:
        """Write the vectors of a block; `close` writes the words."""
        import numpy as np

        values = np.ascontiguousarray(block.vectors, "<f4")
        self._file.write(
            (values.view("<u4") >> 16).astype("<u2").tobytes() if self._bfloat16 else values.tobytes()
        )
        self._words += block.words

    def close(self) -> None:
        """Write the words, then the header at the beginning of the file."""
        words = b"".join(word + b"\n" for word in self._words)
        self._file.write(words)
        end = self._shape[0] * self._shape[1] * (2 if self._bfloat16 else 4)
        kind = "BF16" if self._bfloat16 else "F32"
        header = {
            "__metadata__": {"format": "embedkit-vectors"},
            "vectors": {"dtype": kind, "shape": self._shape, "data_offsets": [0, end]},
            "words": {"dtype": "U8", "shape": [len(words)], "data_offsets": [end, end + len(words)]},
        }
        text = json.dumps(header).encode().ljust(HEADER_ROOM - 8)
        self._file.seek(0)
        self._file.write(len(text).to_bytes(8, "little") + text)


class NumpyWriter:
    """Writes a NumPy matrix of float32, and its words into a separate file."""

    def __init__(self, file: BinaryIO, words: BinaryIO, count: int, dim: int) -> None:
        from numpy.lib import format as npy

        self._file, self._words = file, words
        shape = {"descr": "<f4", "fortran_order": False, "shape": (count, dim)}
        npy.write_array_header_1_0(file, shape)

    def refuses(self, word: bytes) -> str | None:
        """Return why the format cannot hold this word; None if it can.

        A newline ends a word, and a carriage return before it belongs to the line end.
        """
        if len(word) > MAX_WORD:
            return f"it has more than {MAX_WORD:,} bytes"
        if word.startswith(BOM):
            return "it begins with a byte order mark"
        if word.endswith(b"\r"):
            return "it ends in a carriage return"
        return "it has a newline" if b"\n" in word else None

    def write(self, block: Block) -> None:
        """Write a block of rows."""
        self._file.write(block.vectors.astype("<f4", copy=False).tobytes())
        self._words.writelines(word + b"\n" for word in block.words)

    def close(self) -> None:
        """Write nothing: the rows come last in this format."""


WRITERS: dict[str, Callable[[Sequence[BinaryIO], int, int, bool], Writer]] = {
    "word2vec-binary": lambda files, count, dim, _: Word2vecBinaryWriter(files[0], count, dim),
    "word2vec-text": lambda files, count, dim, _: TextWriter(files[0], count, dim),
    "glove-text": lambda files, _count, dim, _: TextWriter(files[0], None, dim),
    "safetensors": lambda files, count, dim, bfloat16: SafetensorsWriter(files[0], count, dim, bfloat16),
    "numpy": lambda files, count, dim, _: NumpyWriter(files[0], files[1], count, dim),
}
"""By the format's name: a writer for open files, of so many rows and dimensions, in bfloat16 or not."""

WORD_LISTS = {"numpy": ".words"}
"""Formats with two files: the ending of the one that has the words, beside the one that has the rows."""
