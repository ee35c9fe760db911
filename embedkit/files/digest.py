"""Digests of files: of samples, which takes little time, or of the whole file.

A change between the samples goes unnoticed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import Literal

from embedkit.files.system import read_at

BLOCK = 1 << 16
SAMPLES = 16
_NAMES = {"sampled": "blake2b_sampled", "full": "sha256"}


def sha256(path: Path) -> str:
    """Return the SHA-256 of the whole file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def md5(path: Path) -> str:
    """Return the MD5 of the whole file, in hexadecimal: a checksum of catalogues, and no protection."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def sampled(path: Path) -> str:
    """Return a BLAKE2b digest of the size and of 16 blocks of 64 KiB, the first and the last among them.

    It takes milliseconds for a file of gigabytes, and is the same wherever and whenever the file is copied.
    """
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        digest = hashlib.blake2b(str(size).encode(), digest_size=16)
        for block in _samples(file, size, SAMPLES, BLOCK):
            digest.update(block)
    return digest.hexdigest()


def fingerprint(path: Path) -> str:
    """Return 32 hexadecimal digits: a hash of size, modification time and 64 blocks of 4 KiB.

    It is for caches on this machine: a change between the blocks is noticed too, unless the modification time
    is set back. Raises OSError if the file cannot be read.
    """
    with path.open("rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        digest = hashlib.sha256(f"{status.st_size} {status.st_mtime_ns}".encode())
        for block in _samples(file, status.st_size, 64, 1 << 12):
            digest.update(block)
    return digest.hexdigest()[:32]


def _samples(file: FileIO, size: int, count: int, block: int) -> Iterator[bytes]:
    """Yield `count` blocks of a file, evenly spread, the first and the last among them."""
    last = max(0, size - block)
    return (read_at(file, block, last * number // (count - 1)) for number in range(count))


def describe(path: Path, how: Literal["sampled", "full"]) -> dict[str, str | int]:
    """Return the path, size in bytes and digest of a file or folder, as environment.json lists them.

    For a folder, `files` is the number of files in it, the size is their sum, and the digest is of their
    relative paths and digests. Raises OSError if a file or folder cannot be read.
    """
    digest_of = {"sampled": sampled, "full": sha256}[how]
    if not path.is_dir():
        return {"path": str(path), "bytes": path.stat().st_size, _NAMES[how]: digest_of(path)}
    files = _files_in(path)
    lines = [f"{name}\0{digest_of(file)}\n" for name, file in files.items()]
    together = "".join(lines).encode(errors="surrogateescape")
    digest = hashlib.sha256(together) if how == "full" else hashlib.blake2b(together, digest_size=16)
    size = sum(file.stat().st_size for file in files.values())
    return {"path": str(path), "files": len(files), "bytes": size, _NAMES[how]: digest.hexdigest()}


def _files_in(folder: Path) -> dict[str, Path]:
    """Return the regular files in a folder and its subfolders, by their relative paths, sorted.

    Links to files are included. Raises OSError if a folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise error

    found = [Path(at) / name for at, _, names in os.walk(folder, onerror=refuse) for name in names]
    names = {file.relative_to(folder).as_posix(): file for file in found if file.is_file()}
    return dict(sorted(names.items()))
