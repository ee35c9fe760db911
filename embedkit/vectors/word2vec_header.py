"""The first line of a word2vec file: how many vectors there are, and how wide they are."""

from __future__ import annotations

import re
from typing import NamedTuple

from embedkit.errors import VectorFileError
from embedkit.vectors.content import Content
from embedkit.vectors.faults import broken
from embedkit.vectors.sniff import HEAD, identify, text_format

MAX_DIM = 1_000_000
"""A vector of more dimensions is a file read wrongly."""

_HEADER = re.compile(rb"([0-9]{1,15})[ \t]+([0-9]{1,15})[ \t]*\r?\n")


class Header(NamedTuple):
    """What the first line says; `size` is its bytes without the newline."""

    vectors: int
    dim: int
    size: int


def read_header(content: Content, limit: int | None) -> Header:
    """The header, checked against the size of the file before anything is allocated.

    Raises VectorFileError for a file that is something else, and for a header that the file cannot keep.
    """
    head = content.head(64)
    match = _HEADER.match(head)
    if match is None:
        raise _another_format(content, "has no header line 'count dim'")
    header = Header(int(match[1]), int(match[2]), match.end() - 1)
    if text_format(content.head(HEAD)):
        raise _another_format(content, "its rows are text")
    _check_sizes(content, header, limit)
    return header


def _another_format(content: Content, otherwise: str) -> VectorFileError:
    found = identify(content.head(HEAD))
    return broken(content.path, f"is not word2vec binary: {f'this is {found}' if found else otherwise}")


def _check_sizes(content: Content, header: Header, limit: int | None) -> None:
    said = f"the header says {header.vectors:,} vectors of {header.dim:,} dimensions"
    if not header.vectors or not header.dim:
        raise broken(content.path, f"{said}; both must be at least 1")
    if header.dim > MAX_DIM:
        raise broken(content.path, f"{said}; at most {MAX_DIM:,} are read")
    needed = header.size + 1 + min(header.vectors, limit or header.vectors) * (1 + 4 * header.dim)
    if needed > content.max_size:
        holds = "the file has" if content.compression.max_ratio == 1 else "the file can hold at most"
        raise broken(
            content.path,
            f"{said}, at least {needed:,} bytes; {holds} {content.max_size:,}",
            hint="It was cut short, or it is not word2vec binary.",
        )
