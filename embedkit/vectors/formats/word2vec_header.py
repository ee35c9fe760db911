"""The first line of a word2vec file, text or binary: the number of vectors and their dimensions."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from embedkit.vectors.faults import broken
from embedkit.vectors.formats.sniff import BOM, HEADER, MAX_DIGITS, SNIFF
from embedkit.vectors.io.content import Content

MAX_DIM = 1_000_000
"""A vector of more dimensions is a file read wrongly."""


class Header(NamedTuple):
    """The numbers in the first line; `size` is the length of this line in bytes, without the newline."""

    vectors: int
    dim: int
    size: int


def _cut_short() -> str:
    return "It was cut short, or it is of another format."


def read_header(
    content: Content,
    limit: int | None,
    record_size: Callable[[int], int],
    hint: Callable[[], str] = _cut_short,
) -> Header:
    """Read the header and check it against the size of the file, before anything is allocated.

    `record_size` returns the least bytes of a record of that many dimensions; `hint` returns what to do about
    a file that is too small. Raises VectorFileError if the header is wrong or the file is too small for it.
    """
    match = HEADER.match(content.head(SNIFF).removeprefix(BOM))
    assert match, "a file that is recognised as word2vec has a header"
    vectors, dim = match.groups()
    if max(len(vectors), len(dim)) > MAX_DIGITS:
        numbers = [text.decode()[:40] for text in (vectors, dim)]
        what = "the header says {} vectors of {} dimensions: no file has so many".format(*numbers)
        raise broken(content.path, what)
    header = Header(int(vectors), int(dim), match.end() - 1)
    said = f"the header says {header.vectors:,} vectors of {header.dim:,} dimensions"
    if not header.vectors or not header.dim:
        raise broken(content.path, f"{said}; both must be at least 1")
    if header.dim > MAX_DIM:
        raise broken(content.path, f"{said}; at most {MAX_DIM:,} are read")
    needed = header.size + 1 + min(header.vectors, limit or header.vectors) * record_size(header.dim)
    if needed > content.max_size:
        raise _too_small(content, said, needed, hint())
    return header


def _too_small(content: Content, said: str, needed: int, hint: str) -> Exception:
    holds = "the file has" if content.compression.max_ratio == 1 else "the file can hold at most"
    what = f"{said}, at least {needed:,} bytes; {holds} {content.max_size:,}"
    return broken(content.path, what, hint=hint)
