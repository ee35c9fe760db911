"""Text files by encoding: opening, the likely encodings of a file, and errors that name them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from itertools import islice, pairwise

from embedkit.errors import DataError, Fault, nearest
from embedkit.files.opening import head_of, open_bytes
from embedkit.files.signatures import HEAD, unicode_form

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
    "iso8859-2",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp874",
    "euc-jp",
    "mac-roman",
    "cp437",
    "cp866",
)
"""Encodings that labelled text is found in; of two that fit equally well the earlier is suggested first."""

SHOWN = 8
"""Encodings that are named, and readings of a line that are shown."""

AROUND = 24
"""Characters of the line that are shown on each side of the first that is not ASCII."""

CHUNK = 1 << 16
SAMPLE = 1 << 16
LINES = 200
"""Lines that are looked at for one that tells the encodings apart."""

MIXED = 0.1
"""Share of non-ASCII lines in UTF-8 from which on a file counts as UTF-8 with damaged lines."""

NEARLY, NEARLY_OF_FEW = 0.04, 0.15
"""Differences in fit that may be chance; the larger one if few bytes are beyond ASCII."""

RARE = 0.15
"""Fit by which an encoding that is rarely met has to be better."""

FEW = 0.03
"""Share of the bytes beyond ASCII in text of a language with hardly any, such as English."""

_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z]")
_OTHER_ALPHABET = re.compile("[\u0370-\u06ff\u0e00-\u0e7f]")
"""Greek, Cyrillic, Hebrew, Arabic and Thai: what encodings of one byte per character hold beside Latin."""

MESS = 0.2
"""charset-normalizer's own bound on how much of a decoded text may read like noise."""


@dataclass(frozen=True)
class _Line:
    """A line that cannot be decoded: its number from 1, and its bytes."""

    number: int
    content: bytes

    def reading(self, encoding: str) -> str:
        """Return the line decoded with `encoding`, shortened around its first character that is not ASCII."""
        text = self.content.decode(encoding, errors="replace")
        first = next((at for at, character in enumerate(text) if not character.isascii()), 0)
        begin, end = max(0, first - AROUND), first + AROUND
        shown = "".join(character if character.isprintable() else " " for character in text[begin:end])
        return ("… " if begin else "") + shown.strip() + (" …" if end < len(text) else "")


@contextmanager
def open_text(path: str, encoding: str) -> Iterator[TextIOWrapper]:
    r"""Open the file to read its text, decompressed where needed; a line ends in `\n` alone.

    Raises DataError as `open_bytes` does, for a file that is not text, for an unknown encoding and, while it
    is read, for bytes that are not in the encoding, with the likely ones.
    """
    _refuse_unknown(encoding, path)
    fault = wide(path, head_of(path), encoding)
    if fault:
        raise DataError(fault)
    try:
        with open_bytes(path) as raw, TextIOWrapper(raw, encoding=encoding, newline="\n") as file:
            yield file
    except UnicodeEncodeError:
        raise
    except UnicodeError as error:
        raise DataError(undecodable(path, encoding)) from error


def _refuse_unknown(encoding: str, path: str) -> None:
    try:
        TextIOWrapper(BytesIO(), encoding=encoding)
    except LookupError as error:
        raise DataError(unknown_encoding(encoding, path)) from error


def undecodable(path: str, encoding: str) -> Fault:
    """Return a fault for the first byte that is not in `encoding`, with the encodings that would fit."""
    offset, byte = _first_bad_byte(path, encoding)
    line = 1 + sum(text.count("\n") for text in _decoded(path, encoding, offset))
    what = f"byte 0x{byte:02x} at offset {offset} of the file is not {encoding}"
    return Fault(what, where=f"{path}:{line}", hint=_wide(path) or _mixture(path, encoding) or _advice(path))


def wide(path: str, head: bytes, encoding: str) -> Fault | None:
    """Return a fault if the file is in UTF-16 or UTF-32 and `encoding` is another one, or else None."""
    found = unicode_form(head)
    if found is None or encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32", "utf16", "utf32")):
        return None
    return Fault(f"{found[1]}, and is not {encoding}", where=path, hint=f"write `encoding: {found[0]}`")


def _wide(path: str) -> str | None:
    with open_bytes(path) as file:
        found = unicode_form(file.read(HEAD))
    return found and f"The file {found[1]}: write `encoding: {found[0]}`"


def _mixture(path: str, encoding: str) -> str | None:
    """Return a hint if the file mixes UTF-8 lines with others, or else None.

    It is None, too, if `encoding` is not UTF-8, or too few lines beyond ASCII are UTF-8.
    """
    if codecs.lookup(encoding).name != "utf-8":
        return None
    good, bad = 0, list[int]()
    for number, line in _raw_lines(path):
        if not line.isascii():
            try:
                line.decode()
                good += 1
            except UnicodeDecodeError:
                bad.append(number)
    if good < MIXED * (good + len(bad)) or not good:
        return None
    few = ", ".join(map(str, bad[:5])) + (", …" if len(bad) > 5 else "")
    are = "line is" if len(bad) == 1 else "lines are"
    return (
        f"{good:,} lines beyond ASCII are UTF-8, {len(bad):,} {are} not ({few}): the file mixes encodings,\n"
        "    or these lines are damaged. No `encoding` reads all of them: put them right first."
    )


def _advice(path: str) -> str:
    """Return a hint that names the encodings that fit the whole file, and shows how each decodes a line."""
    likely = [name for name in likely_encodings(_sample(path)) if decodes(path, name)]
    if not likely:
        return "It looks like no encoding throughout: this line may be damaged, or come from another file."
    lines = [*islice(_strange_lines(path), LINES)]
    telling = max(lines, key=lambda line: len(_readings(line, likely)))
    if len(_readings(telling, likely)) == 1:
        return f"Looks like {', '.join(likely[:SHOWN])}: write `encoding: {likely[0]}`"
    several = len(_readings(telling, likely)) > len(_readings(lines[0], likely))
    shown = [_table(line, likely) for line in ((lines[0], telling) if several else (lines[0],))]
    return (
        f"Looks like {', '.join(likely[:SHOWN])}; they read it differently.{''.join(shown)}\n"
        "    Write `encoding: NAME`, with the one in which it reads right."
    )


def _readings(line: _Line, encodings: Sequence[str]) -> dict[str, list[str]]:
    """Return the different readings of a line, each with the `encodings` that give it."""
    readings: dict[str, list[str]] = {}
    for name in encodings:
        readings.setdefault(line.reading(name), []).append(name)
    return readings


def _table(line: _Line, encodings: Sequence[str]) -> str:
    """Return a text table with a row for each different reading of a line."""
    readings = [*_readings(line, encodings).items()][:SHOWN]
    names = [", ".join(those[:3]) + (", …" if len(those) > 3 else "") for _, those in readings]
    width = max(map(len, names))
    rows = [f"\n        {name:<{width}}  {text}" for name, (text, _) in zip(names, readings, strict=True)]
    return f"\n    Line {line.number} is{''.join(rows)}"


def unknown_encoding(name: str, where: str) -> Fault:
    """Return a fault for an encoding that Python does not know, with the nearest name that it knows."""
    from encodings.aliases import aliases

    known = {alias.replace("_", "-") for alias in (*aliases, *aliases.values())}
    hint = f"Python's names are allowed, among them {', '.join(CANDIDATES)}."
    return Fault(f"unknown encoding '{name}'", where, nearest(name, sorted(known)), hint=hint)


def decodes(path: str, encoding: str) -> bool:
    """Tell whether the whole file can be decoded with `encoding`."""
    try:
        return all(True for _ in _decoded(path, encoding))
    except UnicodeError:
        return False


def _first_bad_byte(path: str, encoding: str) -> tuple[int, int]:
    """Return the offset and value of the first byte that does not decode.

    If the codec does not tell which byte it is, the first byte of the file is returned.
    """
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
    """Yield the first `size` bytes of the file, or all of them, chunk by chunk."""
    left = CHUNK if size is None else size
    with open_bytes(path) as file:
        while chunk := file.read(min(CHUNK, left)):
            left -= 0 if size is None else len(chunk)
            yield chunk


def _raw_lines(path: str) -> Iterator[tuple[int, bytes]]:
    """Yield the number and bytes of each line; of a very long line, only its beginning."""
    with open_bytes(path) as file:
        number = 1
        while line := file.readline(CHUNK):
            yield number, line
            while not line.endswith(b"\n") and (line := file.readline(CHUNK)):
                pass
            number += 1


def _strange_lines(path: str) -> Iterator[_Line]:
    """Yield the lines that are not ASCII; if the first `LINES` all are, also the last of these.

    A shorter file of ASCII alone yields an empty line 1.
    """
    found = False
    for number, line in _raw_lines(path):
        if not line.isascii() or (number == LINES and not found):
            found = True
            yield _Line(number, line.rstrip(b"\r\n"))
    if not found:
        yield _Line(1, b"")


def likely_encodings(sample: bytes) -> Sequence[str]:
    """Return the candidate encodings that fit a sample of a file, best first.

    Of those that fit nearly as well as the best, the usual ones come first.
    """
    fits = [(misfit, name) for name in CANDIDATES if (misfit := _misfit(sample, name)) is not None]
    best = min((misfit for misfit, _ in fits), default=0.0)
    others = sum(byte > 127 for byte in sample) / max(1, len(sample))
    near = best + (NEARLY if others > FEW else NEARLY_OF_FEW)
    return [name for _, name in sorted(fits, key=lambda pair: max(pair[0], near))]


def _misfit(sample: bytes, encoding: str) -> float | None:
    """Return how badly the decoded sample reads, by its noise and its coherence; None if it does not fit."""
    from charset_normalizer import from_bytes

    found = from_bytes(
        sample, threshold=MESS, cp_isolation=[encoding], preemptive_behaviour=False, enable_fallback=False
    ).best()
    prior = RARE if encoding == "cp1257" else 0  # its letters make little noise in any western language
    if found is None:
        return None
    misfit: float = 2 * found.chaos - found.coherence + _strangeness(str(found)) + prior
    return misfit


def _strangeness(text: str) -> float:
    """Return the share of the words beyond ASCII that no language has, such as `cafÈ` and `cafщ`."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    return sum(map(_is_strange, words)) / max(1, len(words))


def _is_strange(word: str) -> bool:
    """Return whether a small letter stands before a capital one, or letters of two alphabets are mixed."""
    if any(before.islower() and after.isupper() for before, after in pairwise(word)):
        return True
    return _LATIN.search(word) is not None and _OTHER_ALPHABET.search(word) is not None


def _sample(path: str) -> bytes:
    """Return the first lines that are not ASCII, or the start of the file if it contains NUL bytes.

    Such lines tell encodings apart.
    """
    with open_bytes(path) as file:
        start = file.read(SAMPLE)
    if b"\0" in start:
        return start
    return b"".join(_up_to(SAMPLE, (line for _, line in _raw_lines(path) if not line.isascii())))


def _up_to(size: int, lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield line
        size -= len(line)
        if size < 0:
            return
