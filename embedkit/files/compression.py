"""Compressed files: recognised by their first bytes, never by their name."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, BinaryIO, NamedTuple, Protocol

from embedkit.errors import Fault, VectorFileError


class Stream(Protocol):
    """Uncompressed bytes, read from front to back."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Read at least one byte into `buffer` and return the number of bytes, 0 at the end."""


class Compression(NamedTuple):
    """A way of compressing files.

    `max_ratio` bounds how many bytes one compressed byte can stand for. `faults` are what the stream raises
    for content that is cut or damaged. `heavy` streams are worth a thread of their own.
    """

    name: str
    magic: bytes
    max_ratio: int
    decompress: Callable[[BinaryIO], Stream]
    faults: Callable[[], tuple[type[Exception], ...]]
    heavy: bool = True


def _gunzip(raw: BinaryIO) -> Stream:
    from isal import igzip

    stream: Stream = igzip.IGzipFile(fileobj=raw, mode="rb")  # type: ignore[no-untyped-call]
    return stream


def _gzip_faults() -> tuple[type[Exception], ...]:
    import zlib

    from isal import isal_zlib

    return (EOFError, zlib.error, isal_zlib.error)  # type: ignore[return-value]


def _bunzip2(raw: BinaryIO) -> Stream:
    import bz2

    return bz2.BZ2File(raw)


def _unxz(raw: BinaryIO) -> Stream:
    import lzma

    return lzma.LZMAFile(raw)


def _xz_faults() -> tuple[type[Exception], ...]:
    import lzma

    return (EOFError, lzma.LZMAError)


def _zstd() -> Any:
    """Return the module for Zstandard: Python's own from 3.14 on, before that its backport."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def _unzstd(raw: BinaryIO) -> Stream:
    try:
        stream: Stream = _zstd().ZstdFile(raw)
    except ImportError as error:
        what = "is a Zstandard file, and what decompresses it is not installed"
        hint = "Install it: pip install backports.zstd"
        raise VectorFileError(Fault(what, where=str(raw.name), hint=hint)) from error
    return stream


def _zstd_faults() -> tuple[type[Exception], ...]:
    return (EOFError, _zstd().ZstdError)


PLAIN = Compression("plain", b"", 1, lambda raw: raw, lambda: (), heavy=False)  # type: ignore[arg-type,return-value]
GZIP = Compression("gzip", b"\x1f\x8b", 1032, _gunzip, _gzip_faults)
BZIP2 = Compression("bzip2", b"BZh", 2_000_000, _bunzip2, lambda: (EOFError,))
XZ = Compression("xz", b"\xfd7zXZ\x00", 10_000, _unxz, _xz_faults)
ZSTANDARD = Compression("zstd", b"\x28\xb5\x2f\xfd", 33_000, _unzstd, _zstd_faults)


def compression_of(head: bytes) -> Compression:
    """Return the compression of a file that starts with `head`, PLAIN if it is not compressed."""
    return next((known for known in (GZIP, BZIP2, XZ, ZSTANDARD) if head.startswith(known.magic)), PLAIN)
