"""Finds out what is wrong with text that is almost a file of word vectors, and names the line."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from typing import NamedTuple

from embedkit.vectors.formats.numerals import row_width, trailing_numbers
from embedkit.vectors.formats.sniff import BOM, SNIFF, complete_lines, is_text, is_utf8

SHOWN = 60
"""Characters of a line that are shown."""

LOOKED_AT = 6
"""Lines among which the first row is looked for."""

COLUMNS = 5
"""Columns from which on their numbers, counted from 0 or 1, are believed to be no vector."""

EXPECTED = "`count dim` nor a word and its numbers"

_WIDE = (
    ("UTF-32", codecs.BOM_UTF32_LE),
    ("UTF-32", codecs.BOM_UTF32_BE),
    ("UTF-16", codecs.BOM_UTF16_LE),
    ("UTF-16", codecs.BOM_UTF16_BE),
)
_SEPARATORS = ((b",", "commas"), (b";", "semicolons"), (b"|", "vertical bars"))
_DECIMAL_COMMA = re.compile(rb"[-+]?[0-9]*,[0-9]+(?:[eE][-+]?[0-9]+)?")
_PAIR = re.compile(rb"[0-9]+:[-+0-9.eE]+")
_BRACKETS = re.compile(rb"[\[({][ \t]*[-+]?\.?[0-9]")


class TextFault(NamedTuple):
    """Why a text is not taken for word vectors, and a hint. `rows`: it can be read if its format is given."""

    what: str
    hint: str | None = None
    rows: bool = False


def text_fault(head: bytes) -> TextFault | None:
    """Return why text that begins with `head` cannot be read as word vectors; None if it is not text."""
    encoding = wide_encoding(head)
    if encoding:
        return _in_wide(encoding)
    ended, text = len(head) < SNIFF, head.removeprefix(BOM)
    if b"\r" in text and b"\n" not in text and is_text(text.replace(b"\r", b"\n"), ended):
        what = "its lines end in carriage returns alone, as on old Macs: all of it is line 1"
        return TextFault(what, "Write it anew: tr '\\r' '\\n' <FILE >NEW")
    if not is_text(text if b"\n" in text else text + b"\n", ended):
        return None
    lines = complete_lines(text, ended) or [text]
    return _wrong_separator(lines) or _wrong_beginning(lines)


def wide_encoding(head: bytes) -> str | None:
    """Return `UTF-16` or `UTF-32` by a byte order mark or by the zero bytes of ASCII; None for others."""
    marked = next((name for name, mark in _WIDE if head.startswith(mark)), None)
    if marked or len(head) < 8:
        return marked
    sample = head[: min(len(head), 200) // 4 * 4]
    zeros = {i for i in range(4) if not sample[i::4].strip(b"\0")}
    full = all(0 not in sample[i::4] for i in {*range(4)} - zeros)
    kinds = {frozenset({1, 3}): "UTF-16", frozenset({0, 2}): "UTF-16"}
    kinds |= {frozenset({1, 2, 3}): "UTF-32", frozenset({0, 1, 2}): "UTF-32"}
    return kinds.get(frozenset(zeros)) if full else None


def _in_wide(encoding: str) -> TextFault:
    return TextFault(f"it is {encoding} text", f"Save it as UTF-8: iconv -f {encoding} -t UTF-8 FILE >NEW")


def _wrong_separator(lines: Sequence[bytes]) -> TextFault | None:
    """Return a fault if one of the first two lines is not separated as rows are; None otherwise.

    Both are looked at, because a header row may look like anything.
    """
    for line in lines[:2]:
        hint = fields_hint(line)
        if hint:
            return TextFault(f"line 1 is {shown(lines[0])}, not {EXPECTED}", hint)
    return None


def _wrong_beginning(lines: Sequence[bytes]) -> TextFault:
    what = f"line 1 is {shown(lines[0])}, not {EXPECTED}"
    widths = [row_width(line.split()) for line in lines[:LOOKED_AT]]
    if widths[0] > 0 and len({*widths}) == 1:
        plural = "number" if widths[0] == 1 else "numbers"
        what = f"line 1 is {shown(lines[0])}, a word and {widths[0]} {plural}: too few to be sure"
        return TextFault(
            what, "If that is a row, say so: --from glove-text, `format: glove-text`.", rows=True
        )
    for index in range(1, len(widths)):
        if widths[index] > 1 and {*widths[index:]} - {-1, 0} == {widths[index]}:
            seems = f"from line {index + 1} on it looks like glove-text of {widths[index]} dimensions"
            remove = "line 1" if index == 1 else f"the first {index} lines"
            return TextFault(f"{what}; {seems}", f"Remove {remove}: tail -n +{index + 1} FILE >NEW")
    return TextFault(what)


def fields_hint(line: bytes) -> str | None:
    """Return a hint if a line has wrong separators or its numbers are in a wrong notation; otherwise None."""
    fields = line.split()
    if not fields or row_width(fields) > 1:
        return None
    if len(fields) > 1 and all(map(_DECIMAL_COMMA.fullmatch, fields[1:])):
        return "Its numbers have a decimal comma: they need a point."
    for separator, name in _SEPARATORS:
        if row_width(line.replace(b" ", b"").split(separator)) > 1:
            return f"Its fields are separated by {name}: word vectors have a space or a tab between fields."
    if _BRACKETS.search(line):
        return "Its numbers are in brackets: word vectors have them bare, a space between them."
    if len(fields) > 1 and all(map(_PAIR.fullmatch, fields[1:])):
        return "Its values have indices, as sparse vectors do: word vectors name every value, in order."
    if row_width([field.encode() for field in _decoded(line).split()]) > 1:
        return "No-break spaces part its fields: word vectors have a space or a tab between fields."
    return None


def _decoded(line: bytes) -> str:
    """Return the line decoded as UTF-8, or else as Latin-1, which is nearly Windows-1252."""
    return line.decode() if is_utf8(line, ended=True) else line.decode("latin-1")


def shown(line: bytes) -> str:
    """Return a line as an error quotes it, cut to 60 characters."""
    text = line.rstrip(b"\r").decode(errors="backslashreplace")
    return repr(text[:SHOWN]) + ("…" if len(text) > SHOWN else "")


def is_header_row(rows: Sequence[Sequence[bytes]]) -> bool:
    """Return whether the first row has the column numbers, as pandas writes tables, in place of values."""
    first, *others = rows
    if len(first) <= COLUMNS or first[1] not in (b"0", b"1"):
        return False
    counted = [b"%d" % number for number in range(int(first[1]), int(first[1]) + len(first) - 1)]
    return first[1:] == counted and not any(all(map(bytes.isdigit, row[1:])) for row in others)


def is_matrix(rows: Sequence[Sequence[bytes]]) -> bool:
    """Return whether all fields of the rows are numbers, the first ones included, so that there are no words.

    Distinct natural numbers in the first fields are taken for words, such as years or ids of nodes.
    """
    firsts = [fields[0] for fields in rows]
    natural = all(map(bytes.isdigit, firsts)) and len({*firsts}) == len(firsts)
    return len(rows) > 1 and not natural and all(trailing_numbers(row) == len(row) for row in rows)
