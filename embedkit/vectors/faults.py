"""How the engine says what is wrong with a file."""

from __future__ import annotations

from pathlib import Path

from embedkit.errors import Fault, VectorFileError


def broken(
    path: Path,
    what: str,
    *,
    record: int | None = None,
    line: int | None = None,
    offset: int | None = None,
    hint: str | None = None,
) -> VectorFileError:
    """An error about `path`: the record or line from 1, the byte of the uncompressed file from 0."""
    places = []
    if record is not None:
        places.append(f"record {record:,}")
    if line is not None:
        places.append(f"line {line:,}")
    if offset is not None:
        places.append(f"byte {offset:,}")
    where = ", ".join([str(path), *places])
    return VectorFileError(Fault(what, where, hint=hint))
