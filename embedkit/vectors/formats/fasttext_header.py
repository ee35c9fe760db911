"""The header of a fastText model: its version, arguments and the sizes of its dictionary."""

from __future__ import annotations

import struct
from typing import Any, BinaryIO, NamedTuple

from embedkit.files.compression import PLAIN
from embedkit.files.system import read_at
from embedkit.vectors.faults import broken
from embedkit.vectors.formats.sniff import FASTTEXT, is_fasttext
from embedkit.vectors.io.content import Content

QUANTIZED = "is a quantized model (.ftz); its full model (.bin) can be read"

HEADER = struct.Struct("<2i12id3i2q")
OLD_HEADER = struct.Struct("<12id3iq")
SUPERVISED = 3
"""fastText's number of a classifier."""


class Header(NamedTuple):
    """The fields of the header. In the dictionary, words come first, then labels.

    `size` is the length of the header in bytes. `flagged` says whether the matrix is preceded by a byte that
    tells whether it is quantized.
    """

    dim: int
    bucket: int
    shortest: int
    longest: int
    words: int
    labels: int
    size: int
    flagged: bool

    @property
    def least(self) -> int:
        """Return the least number of bytes that the file has if its vectors are not quantized."""
        entries = self.words + self.labels
        return self.size + 4 * self.dim * (self.words + self.bucket * bool(self.longest)) + 10 * entries


def read_header(content: Content) -> Header:
    """Read the header, in the present layout or in that from before 2017, without magic number and version.

    Raises VectorFileError if the model cannot be read.
    """
    head = content.head(HEADER.size)
    if not is_fasttext(head):
        raise broken(content.path, "is not a fastText model")
    if content.compression is not PLAIN:
        raise broken(content.path, f"is a fastText model in {content.compression.name}: decompress it first")
    header = _present(content) if head.startswith(FASTTEXT) else _old(content)
    if (
        min(header.dim, header.words, 1 + min(header.bucket, header.shortest, header.longest, header.labels))
        < 1
    ):
        what = f"the header says {header.words:,} words of {header.dim:,} dimensions, and is damaged"
        raise broken(content.path, what)
    return header


def _present(content: Content) -> Header:
    fields = _unpacked(content, HEADER)
    version, dim, model, bucket, shortest, longest = fields[1], fields[2], *fields[9:13]
    _, words, labels, _, pruned = fields[15:]
    if version not in (11, 12):
        raise broken(content.path, f"is a fastText model of version {version}; 11 and 12 can be read")
    if pruned > 0:
        raise broken(content.path, QUANTIZED)
    if version == 11 and model == SUPERVISED:
        longest = 0
    return Header(dim, bucket, shortest, longest, words, labels, HEADER.size, flagged=True)


def _old(content: Content) -> Header:
    fields = _unpacked(content, OLD_HEADER)
    dim, model, bucket, shortest, longest = fields[0], *fields[7:11]
    words, labels = fields[14:16]
    if model == SUPERVISED:
        longest = 0
    return Header(dim, bucket, shortest, longest, words, labels, OLD_HEADER.size, flagged=False)


def _unpacked(content: Content, layout: struct.Struct) -> tuple[Any, ...]:
    with content.reading(), content.path.open("rb", buffering=0) as file:
        return layout.unpack(exactly(file, content, 0, layout.size))


def exactly(file: BinaryIO, content: Content, offset: int, size: int) -> bytes:
    """Return `size` bytes from `offset` on. Raises VectorFileError if the file ends before."""
    data = read_at(file, size, offset)
    if len(data) < size:
        raise broken(content.path, "the file is cut", offset=offset + len(data))
    return data
