"""Digests of files: of samples, which takes little time, or the SHA-256 of the whole file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Literal

BLOCK = 1 << 16
SAMPLES = 16
_NAMES = {"sampled": "blake2b_sampled", "full": "sha256"}


def sha256(path: Path) -> str:
    """Return the SHA-256 of the whole file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sampled(path: Path) -> str:
    """Return a BLAKE2b digest of the size and of 16 blocks of 64 KiB, the first and the last among them.

    It takes milliseconds for a file of gigabytes; a change between the blocks goes unnoticed.
    """
    size = path.stat().st_size
    digest = hashlib.blake2b(str(size).encode(), digest_size=16)
    with path.open("rb") as file:
        for i in range(SAMPLES):
            file.seek(max(0, size - BLOCK) * i // (SAMPLES - 1))
            digest.update(file.read(BLOCK))
    return digest.hexdigest()


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
