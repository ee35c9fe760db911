"""How the engine says what is wrong with a file."""

from __future__ import annotations

from pathlib import Path

from embedkit.errors import Fault, VectorFileError


def broken(
    path: Path, what: str, *, record: int | None = None, offset: int | None = None, hint: str | None = None
) -> VectorFileError:
    """An error about `path`, with the record (from 1) and the byte of the uncompressed file (from 0)."""
    places = []
    if record is not None:
        places.append(f"record {record:,}")
    if offset is not None:
        places.append(f"byte {offset:,}")
    where = ", ".join([str(path), *places])
    return VectorFileError(Fault(what, where, hint=hint))
