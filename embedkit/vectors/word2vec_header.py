"""The first line of a word2vec file, text or binary: how many vectors there are, and how wide they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from embedkit.vectors.content import Content
from embedkit.vectors.faults import broken
from embedkit.vectors.sniff import text_format

MAX_DIM = 1_000_000
"""A vector of more dimensions is a file read wrongly."""

_HEADER = re.compile(rb"([0-9]{1,15})[ \t]+([0-9]{1,15})[ \t]*\r?\n")


class Header(NamedTuple):
    """What the first line says; `size` is its bytes without the newline."""

    vectors: int
    dim: int
    size: int


def has_header(head: bytes) -> bool:
    """Whether a file that starts with `head` has such a line, and after it no rows of text."""
    return bool(_HEADER.match(head[:64])) and not text_format(head)


def read_header(content: Content, limit: int | None, record_size: Callable[[int], int]) -> Header:
    """The header, checked against the size of the file before anything is allocated.

    `record_size` gives the least bytes of a record of so many dimensions. Raises VectorFileError for a header
    that the file cannot keep.
    """
    match = _HEADER.match(content.head(64))
    assert match, "a file that is recognised as word2vec has a header"
    header = Header(int(match[1]), int(match[2]), match.end() - 1)
    said = f"the header says {header.vectors:,} vectors of {header.dim:,} dimensions"
    if not header.vectors or not header.dim:
        raise broken(content.path, f"{said}; both must be at least 1")
    if header.dim > MAX_DIM:
        raise broken(content.path, f"{said}; at most {MAX_DIM:,} are read")
    needed = header.size + 1 + min(header.vectors, limit or header.vectors) * record_size(header.dim)
    if needed > content.max_size:
        raise _too_small(content, said, needed)
    return header


def _too_small(content: Content, said: str, needed: int) -> Exception:
    holds = "the file has" if content.compression.max_ratio == 1 else "the file can hold at most"
    what = f"{said}, at least {needed:,} bytes; {holds} {content.max_size:,}"
    return broken(content.path, what, hint="It was cut short, or it is of another format.")
