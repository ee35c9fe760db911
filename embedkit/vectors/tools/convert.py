"""Writes vectors in another format: all of a file, or the rows of some words."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from embedkit.errors import Fault, VectorFileError
from embedkit.vectors.file import VectorFile
from embedkit.vectors.formats.writers import WORD_LISTS, WRITERS
from embedkit.vectors.formats.writing import Rows, write_rows
from embedkit.vectors.reading import Block

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray

TEXTS = ("word2vec-text", "glove-text")
"""Formats that take the numbers of a text file as they are written."""


def convert(
    file: VectorFile,
    target: str | os.PathLike[str],
    format: str,
    words: Sequence[str] | None = None,
    skip: bool = False,
) -> int:
    """Write `file`, or only its rows of `words` in file order, to `target`; return the number of rows.

    The words of a NumPy file go into a second file of the same name, which ends in `.words`. With `skip`,
    rows whose words this format cannot hold are left out and named in a warning. Raises VectorFileError if
    `target` exists, if the format cannot hold a word, or if the file is damaged; nothing is left behind then.
    """
    targets = refuse_target(target, format)
    with _unwritable_named(targets[0]):
        rows = Rows(
            file.dim, file.blocks if words is None else _subset(file, words, as_written=format in TEXTS)
        )
        return write_rows(rows, targets, format, skip=skip)


def write_vectors(
    words: Sequence[str],
    vectors: FloatArray,
    target: str | os.PathLike[str],
    format: str,
    skip: bool = False,
) -> int:
    """Write `words` and their `vectors`, float32 [n, D], to `target`; return the number of rows.

    Otherwise as `convert`, and it raises the same.
    """
    targets = refuse_target(target, format)
    block = Block(0, [word.encode() for word in words], vectors)
    with _unwritable_named(targets[0]):
        return write_rows(Rows(vectors.shape[1], lambda: iter([block])), targets, format, skip=skip)


def refuse_target(target: str | os.PathLike[str], format: str) -> list[Path]:
    """Return the files to write for `target`. Raises VectorFileError if one exists, or for another format."""
    if format not in WRITERS:
        raise VectorFileError(Fault.unknown("format to write", format, WRITERS))
    return _targets(Path(target), format)


def _targets(target: Path, format: str) -> list[Path]:
    """Return the files to write. Raises VectorFileError if one of them exists."""
    targets = [target, *(target.with_suffix(ending) for ending in [WORD_LISTS.get(format)] if ending)]
    for each in targets:
        if each.exists():
            raise VectorFileError(Fault("is already there", str(each)))
    if len({*targets}) < len(targets):
        what = f"is where the words go: the matrix needs another ending than {target.suffix}"
        raise VectorFileError(Fault(what, str(target)))
    return targets


def _subset(file: VectorFile, words: Sequence[str], *, as_written: bool) -> Callable[[], Iterator[Block]]:
    """Return a function that yields the rows of `words` in file order.

    With `as_written`, it yields the numerals of a text file, which must be read whole for that. Raises
    VectorFileError if the file has none of the words.
    """
    lookup = file.lookup(words)
    places = sorted({(row, word) for row, word in zip(lookup.rows.tolist(), words, strict=True) if row >= 0})
    if not places:
        raise VectorFileError(Fault("has none of the words", str(file.path)))
    if as_written and file.dtype == "text":
        rows = {row for row, _ in places}
        return lambda: _chosen(file, rows)
    first_of = {word: index for index, word in reversed([*enumerate(words)])}
    order = [first_of[word] for _, word in places]
    vectors: FloatArray = lookup.vectors[order]
    block = Block(0, [word.encode() for _, word in places], vectors)
    return lambda: iter([block])


def _chosen(file: VectorFile, rows: set[int]) -> Iterator[Block]:
    for block in file.blocks():
        within = sorted(
            row - block.row for row in rows.intersection(range(block.row, block.row + len(block.words)))
        )
        if within:
            yield block.only(within)


@contextmanager
def _unwritable_named(target: Path) -> Iterator[None]:
    """Turn an OSError in the block into a VectorFileError that says why `target` cannot be written."""
    try:
        yield
    except OSError as error:
        raise VectorFileError(Fault(f"cannot be written: {error.strerror}", str(target))) from error
