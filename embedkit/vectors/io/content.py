"""The uncompressed bytes of a file; every failure to read them is a VectorFileError."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from embedkit.files.compression import Compression, Stream, compression_of
from embedkit.vectors.faults import broken


@dataclass(frozen=True)
class Content:
    """A regular file that could be opened: `size` is its bytes on disk."""

    path: Path
    size: int
    compression: Compression

    @property
    def max_size(self) -> int:
        """Return the most bytes that the file can hold uncompressed; exact for a plain file."""
        return self.size * self.compression.max_ratio

    @contextmanager
    def stream(self) -> Iterator[tuple[Stream, BinaryIO]]:
        """Give a stream of the uncompressed bytes, and the raw file, whose position tells the progress."""
        with self.reading():
            raw = self.path.open("rb", buffering=0)
        with raw:
            yield self.compression.decompress(raw), raw

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn errors of reading or decompressing the file in the block into a VectorFileError."""
        try:
            yield
        except self.compression.faults() as error:
            raise self._damaged(error) from error
        except OSError as error:
            raise self._damaged(error) if error.errno is None else unreadable(self.path, error) from error

    def _damaged(self, error: Exception) -> Exception:
        name = self.compression.name
        hint = "Get the file again: it was cut short or changed on its way."
        return broken(self.path, f"the {name} content is cut or damaged: {error}", hint=hint)

    def fingerprint(self) -> str:
        """Return what tells whether the file has changed, without reading all of it.

        Raises VectorFileError if it cannot be read.
        """
        from embedkit.files import digest

        with self.reading():
            return digest.fingerprint(self.path)

    def head(self, count: int) -> bytes:
        """Return the first `count` bytes, uncompressed, or fewer if the file is shorter."""
        buffer = bytearray(count)
        with self.stream() as (stream, _), self.reading():
            return bytes(buffer[: fill(stream, memoryview(buffer))])


def fill(stream: Stream, view: memoryview) -> int:
    """Read until `view` is full or the stream ends; return the number of bytes read."""
    done = 0
    while done < len(view):
        count = stream.readinto(view[done:])
        if not count:
            break
        done += count
    return done


def examine(path: str | os.PathLike[str]) -> Content:
    """Check the file at `path` and return its Content.

    Raises VectorFileError unless it is a regular file that can be read and is not empty.
    """
    path = Path(path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise _not_a_file(path, status.st_mode)
        with path.open("rb", buffering=0) as raw:
            head = raw.read(8)
    except OSError as error:
        raise unreadable(path, error) from error
    if not status.st_size:
        raise broken(path, "the file is empty")
    return Content(path, status.st_size, compression_of(head))


def _not_a_file(path: Path, mode: int) -> Exception:
    from embedkit.vectors.io.directories import files_meant

    if stat.S_ISDIR(mode):
        what, hint = files_meant(path)
        return broken(path, what, hint=hint)
    return broken(path, "is not a regular file, where a file of word vectors is expected")


def unreadable(path: Path, error: OSError) -> Exception:
    """Return a VectorFileError with the operating system's reason."""
    return broken(path, f"cannot be read: {error.strerror or error}")
