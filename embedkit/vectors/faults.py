"""Errors about a word-vector file, with the place of the fault."""

from __future__ import annotations

from pathlib import Path

from embedkit.errors import Fault, VectorFileError


def broken(
    path: Path, what: str, *, record: int | None = None, offset: int | None = None, hint: str | None = None
) -> VectorFileError:
    """Return a VectorFileError about `path`, with the place of the fault.

    `record` counts from 1; `offset` is a byte of the uncompressed file, from 0.
    """
    places = [str(path)]
    if record is not None:
        places.append(f"record {record:,}")
    if offset is not None:
        places.append(f"byte {offset:,}")
    return VectorFileError(Fault(what, ", ".join(places), hint=hint))


def broken_line(path: Path, what: str, line: int, *, hint: str | None = None) -> VectorFileError:
    """Return a VectorFileError about a line, counted from 1, of the text file `path`."""
    return VectorFileError(Fault(what, f"{path}, line {line:,}", hint=hint))
