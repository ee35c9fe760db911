"""What to say of a file that is not in the encoding it was said to be in, and of encodings nobody knows."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from embedkit.errors import Fault, nearest

CANDIDATES = (
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "cp1252",
    "cp949",
    "cp932",
    "gb18030",
    "big5",
    "cp1251",
    "koi8-r",
    "cp1250",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "euc-jp",
    "mac-roman",
)
"""Encodings that labelled text is found in; of two that fit equally well the earlier is suggested first."""

SHOWN = 4
CHUNK = 1 << 16
SAMPLE = 1 << 18
MESS = 0.2
"""charset-normalizer's own bound on how much of a decoded text may read like noise."""


def undecodable(path: str, encoding: str) -> Fault:
    """The first byte of the file that is not in `encoding`: line, offset (from 0), and likely encodings."""
    offset, byte = _first_bad_byte(path, encoding)
    line = 1 + sum(text.count("\n") for text in _decoded(path, encoding, offset))
    what = f"byte 0x{byte:02x} at offset {offset} of the file is not {encoding}"
    likely = [*islice((name for name in _ranked(path) if decodes(path, name)), SHOWN)]
    return Fault(what, where=f"{path}:{line}", hint=_advice(likely))


def _advice(likely: Sequence[str]) -> str:
    if not likely:
        return "It looks like no encoding throughout: this line may be damaged, or come from another file."
    return f"Looks like {', '.join(likely)}: write `encoding: {likely[0]}`"


def unknown_encoding(name: str, where: str) -> Fault:
    """An encoding that Python does not know."""
    from encodings.aliases import aliases

    known = {alias.replace("_", "-") for alias in (*aliases, *aliases.values())}
    hint = f"Python's names are allowed, among them {', '.join(CANDIDATES)}."
    return Fault(f"unknown encoding '{name}'", where, nearest(name, sorted(known)), hint=hint)


def decodes(path: str, encoding: str) -> bool:
    """Whether every byte of the file is in `encoding`."""
    try:
        return all(True for _ in _decoded(path, encoding))
    except UnicodeError:
        return False


def _first_bad_byte(path: str, encoding: str) -> tuple[int, int]:
    """Offset and value of the first byte that does not decode; or of the first where the codec names none."""
    decoder = codecs.getincrementaldecoder(encoding)()
    end = 0
    for chunk in (*_chunks(path), b""):
        end += len(chunk)
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            return end - len(error.object) + error.start, error.object[error.start]
        except UnicodeError:
            break
    return 0, next(_chunks(path))[0]


def _decoded(path: str, encoding: str, size: int | None = None) -> Iterator[str]:
    return codecs.iterdecode(_chunks(path, size), encoding)


def _chunks(path: str, size: int | None = None) -> Iterator[bytes]:
    """The first `size` bytes of the file, a chunk at a time."""
    left = Path(path).stat().st_size if size is None else size
    with Path(path).open("rb") as file:
        while chunk := file.read(min(CHUNK, left)):
            left -= len(chunk)
            yield chunk


def _ranked(path: str) -> list[str]:
    """The candidates that make sense of a sample of the file, best first."""
    sample = _sample(path)
    fits = [(fit, name) for name in CANDIDATES if (fit := _fit(sample, name)) is not None]
    return [name for _, name in sorted(fits, key=lambda pair: pair[0])]


def _fit(sample: bytes, encoding: str) -> tuple[float, float] | None:
    """How much of the sample reads like noise, then how little like a language; None where it is no fit."""
    from charset_normalizer import from_bytes

    found = from_bytes(
        sample, threshold=MESS, cp_isolation=[encoding], preemptive_behaviour=False, enable_fallback=False
    ).best()
    return (found.chaos, -found.coherence) if found else None


def _sample(path: str) -> bytes:
    """The first lines that are not plain ASCII, which tell encodings apart; with NULs, the file's start."""
    with Path(path).open("rb") as file:
        start = file.read(SAMPLE)
        if b"\0" in start:
            return start
        file.seek(0)
        lines, size = [], 0
        for line in file:
            if not line.isascii():
                lines.append(line)
                size += len(line)
            if size > SAMPLE:
                break
    return b"".join(lines)
