"""Opens regular files of text, and decompresses them where needed."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from embedkit.errors import DataError, EmbedkitError, Fault
from embedkit.files.compression import BZIP2, PLAIN, Compression, compression_of
from embedkit.files.signatures import HEAD, no_text

_BZIP2_BLOCK = b"1AY&SY"
"""Bytes 5 to 10 of every bzip2 file; the first four could also begin a text."""


@contextmanager
def open_bytes(path: str) -> Iterator[BinaryIO]:
    """Open the file to read its bytes, decompressed if it is gzip, bzip2, xz or Zstandard.

    Raises DataError for a file that cannot be read, is not a regular file, is damaged, or cannot be
    decompressed here.
    """
    compression = compression_of_file(path)
    try:
        with Path(path).open("rb") as raw, cast(BinaryIO, compression.decompress(raw)) as file:
            yield file
    except DataError:
        raise
    except EmbedkitError as error:  # no Zstandard here
        raise DataError(*error.faults) from error
    except compression.faults() as error:
        raise _damaged(path, compression, error) from error
    except OSError as error:
        if error.errno is None:
            raise _damaged(path, compression, error) from error
        raise unreadable(path, error) from error


def head_of(path: str) -> bytes:
    """Return the first bytes, decompressed.

    Raises DataError as `open_bytes` does, and for a file that is not text.
    """
    with open_bytes(path) as file:
        head = file.read(HEAD)
    fault = no_text(head, path)
    if fault:
        raise DataError(fault)
    return head


def compression_of_file(path: str) -> Compression:
    """Return the compression of the file. Raises DataError if it cannot be read or is not regular."""
    try:
        refuse_special(path)
        with Path(path).open("rb") as raw:
            head = raw.read(16)
    except OSError as error:
        raise unreadable(path, error) from error
    compression = compression_of(head)
    return PLAIN if compression is BZIP2 and head[4:10] != _BZIP2_BLOCK else compression


def refuse_special(path: str) -> None:
    """Raise DataError for a device, a pipe or a socket: files are read more than once, and have an end."""
    mode = Path(path).stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        hint = "Pipes and devices are not read: write what comes from them into a file first."
        raise DataError(Fault("is not a regular file", path, hint=hint))


def unreadable(path: str, error: OSError) -> DataError:
    """Return an error with the operating system's reason."""
    return DataError(Fault(f"cannot be read: {error.strerror}", where=path))


def _damaged(path: str, compression: Compression, error: Exception) -> DataError:
    hint = "Get the file again: it was cut short or changed on its way."
    return DataError(Fault(f"the {compression.name} content is cut or damaged: {error}", path, hint=hint))
