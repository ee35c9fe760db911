"""The beginning of a fastText model: its version, arguments and the sizes of its dictionary."""

from __future__ import annotations

import struct
from typing import BinaryIO, NamedTuple

from embedkit.files.system import read_at
from embedkit.vectors.compression import PLAIN
from embedkit.vectors.content import Content
from embedkit.vectors.faults import broken

MAGIC = b"\xba\x16\x4f\x2f"
HEADER = struct.Struct("<2i12id3i2q")


class Header(NamedTuple):
    """What the beginning of the file says: words come first in the dictionary, then labels."""

    dim: int
    bucket: int
    shortest: int
    longest: int
    words: int
    labels: int


def read_header(content: Content) -> Header:
    """The header, checked against the size of the file.

    Raises VectorFileError for a model that cannot be read.
    """
    if not content.head(4).startswith(MAGIC):
        raise broken(content.path, "is not a fastText model")
    if content.compression is not PLAIN:
        raise broken(content.path, f"is a fastText model in {content.compression.name}: decompress it first")
    with content.reading(), content.path.open("rb", buffering=0) as file:
        fields = HEADER.unpack(exactly(file, content, 0, HEADER.size))
    version, dim, bucket, shortest, longest = fields[1], fields[2], *fields[10:13]
    _, words, labels, _, pruned = fields[15:]
    if version not in (11, 12):
        raise broken(content.path, f"is a fastText model of version {version}; 11 and 12 can be read")
    if pruned > 0:
        raise broken(content.path, "is a quantized model (.ftz); its full model (.bin) can be read")
    header = Header(dim, bucket, shortest, longest, words, labels)
    least = 4 * dim * (words + bucket * bool(longest)) + 10 * (words + labels)
    if min(dim, words, 1 + min(bucket, shortest, longest, labels)) < 1 or least > content.size:
        raise broken(content.path, f"the header does not fit the file of {content.size:,} bytes: {header}")
    return header


def exactly(file: BinaryIO, content: Content, offset: int, size: int) -> bytes:
    """`size` bytes from `offset` on. Raises VectorFileError where the file ends before."""
    data = read_at(file, size, offset)
    if len(data) < size:
        raise broken(content.path, "the file is cut", offset=offset + len(data))
    return data
