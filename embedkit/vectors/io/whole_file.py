"""A file as the formats of plugins get it: its path, and a stream of its uncompressed bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from embedkit.files.compression import Stream
from embedkit.vectors.io.content import Content

if TYPE_CHECKING:
    from typing_extensions import Buffer

BUFFER = 1 << 20


@dataclass(frozen=True)
class WholeFile:
    """A WordVectorFile."""

    content: Content

    @property
    def path(self) -> Path:
        """Return the path of the file."""
        return self.content.path

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Give a stream of the uncompressed bytes.

        Reading raises VectorFileError if the file is cut or damaged.
        """
        with self.content.stream() as (stream, _):
            yield cast(BinaryIO, io.BufferedReader(_Bytes(self.content, stream), BUFFER))


class _Bytes(io.RawIOBase):
    """The bytes of `stream`; a failure to read them is a VectorFileError about `content`."""

    def __init__(self, content: Content, stream: Stream) -> None:
        self._content = content
        self._stream = stream

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Read bytes into the buffer and return their number, 0 at the end."""
        with self._content.reading():
            return self._stream.readinto(memoryview(buffer).cast("B")) or 0
