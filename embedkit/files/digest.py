"""What a file was, told without reading all of it, or by its SHA-256."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Literal

BLOCK = 1 << 16
SAMPLES = 16
_NAMES = {"sampled": "blake2b_sampled", "full": "sha256"}


def sha256(path: Path) -> str:
    """The SHA-256 of the whole file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sampled(path: Path) -> str:
    """A BLAKE2b digest of the size and of 16 blocks of 64 KiB, the first, the last and between.

    Milliseconds for a file of gigabytes; a change between the blocks goes unseen.
    """
    size = path.stat().st_size
    digest = hashlib.blake2b(str(size).encode(), digest_size=16)
    with path.open("rb") as file:
        for i in range(SAMPLES):
            file.seek(max(0, size - BLOCK) * i // (SAMPLES - 1))
            digest.update(file.read(BLOCK))
    return digest.hexdigest()


def describe(path: Path, how: Literal["sampled", "full"]) -> dict[str, str | int]:
    """The file's path, size in bytes and digest, as environment.json lists it; of a folder, of all in it.

    A folder also has the number of its `files`; its digest is one of their names below it and their digests.
    Raises OSError for what cannot be read.
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
    """The regular files in a folder and in those inside it, linked ones too, by their names below it, sorted.

    Raises OSError for a folder that cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise error

    found = [Path(at) / name for at, _, names in os.walk(folder, onerror=refuse) for name in names]
    names = {file.relative_to(folder).as_posix(): file for file in found if file.is_file()}
    return dict(sorted(names.items()))
