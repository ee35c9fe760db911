"""A file as the formats of plugins get it: where it is, and a stream of its uncompressed bytes."""

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
        """Where it is."""
        return self.content.path

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Its bytes from front to back. Reading raises VectorFileError for a file that is cut or damaged."""
        with self.content.stream() as (stream, _):
            yield cast(BinaryIO, io.BufferedReader(_Bytes(self.content, stream), BUFFER))


class _Bytes(io.RawIOBase):
    """The bytes of `stream`, a failure to read them being that of `content`."""

    def __init__(self, content: Content, stream: Stream) -> None:
        self._content = content
        self._stream = stream

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Fill the buffer, or give 0 at the end."""
        with self._content.reading():
            return self._stream.readinto(memoryview(buffer).cast("B")) or 0
