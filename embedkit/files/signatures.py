"""Recognises files that are not plain text by their first bytes, so that errors can say what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from embedkit.errors import Fault

HEAD = 8192
"""Bytes that are enough to tell."""

ENOUGH = 4
"""Zeros that are no accident."""

SAVE = "Save it as CSV UTF-8 in the program it comes from, or write it with pandas' `to_csv`."
UNPACK = "Unpack it, and name the file inside."

_ZIPPED = (
    (rb"xl/", "an Excel workbook (.xlsx)", SAVE),
    (rb"word/", "a Word document (.docx)", "Save it as plain text."),
    (rb"application/vnd.oasis", "an OpenDocument file (.ods, .odt)", SAVE),
    (rb"\.npy", "a NumPy archive (.npz)", "Write its texts and labels into a table: CSV or JSON Lines."),
    (rb"", "a zip archive", UNPACK),
)
_SIGNATURES = (
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel or Word file of before 2007 (.xls, .doc)", SAVE),
    (
        rb"\x80[\x02-\x05](?:\x95|[\x8a}(cK\]])",
        "a Python pickle",
        "It can run code when it is loaded, so it is not read: save the table as CSV, JSON Lines or Parquet.",
    ),
    (rb"PAR1", "a Parquet file", "Read it with `use: parquet`."),
    (rb"SQLite format 3\0", "an SQLite database", "Export the table as CSV."),
    (rb"ARROW1\0\0", "an Arrow (Feather) file", "Save the table as Parquet: `use: parquet`."),
    (rb"\x93NUMPY", "a NumPy array (.npy)", "Write its texts and labels into a table: CSV or JSON Lines."),
    (rb"\x89HDF\r\n", "an HDF5 file", "Export the table as CSV, JSON Lines or Parquet."),
    (rb"%PDF-", "a PDF document", "Save it as plain text."),
    (rb"\{\\rtf", "a rich-text document (.rtf)", "Save it as plain text."),
    (rb"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    (rb"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (rb".{257}ustar", "a tar archive", UNPACK),
    (rb"\x1f\x8b\x08", "a gzip file in a compressed file", UNPACK),
    (rb"BZh[1-9]1AY&SY", "a bzip2 file in a compressed file", UNPACK),
    (rb"\xfd7zXZ\0", "an xz file in a compressed file", UNPACK),
    (rb"\x28\xb5\x2f\xfd", "a Zstandard file in a compressed file", UNPACK),
)
_NOT_THE_FILE = (
    (rb"version https://git-lfs", "a Git LFS pointer, not the file itself", "Get the file: `git lfs pull`."),
    (rb"\s*<(?:!DOCTYPE|!doctype|html|HTML)", "a web page", "The download may have ended at a login page."),
)


def no_text(head: bytes, where: str) -> Fault | None:
    """Return a fault if the first bytes `head` show another format than text, or else None."""
    if re.match(rb"PK(?:\x03\x04|\x05\x06)", head):
        _, name, hint = next(each for each in _ZIPPED if re.search(each[0], head))
        return Fault(f"is {name}, not a text file", where, hint=hint)
    found = _first(_SIGNATURES, head)
    return Fault(f"is {found[0]}, not a text file", where, hint=found[1]) if found else None


def not_the_file(head: bytes, where: str) -> Fault | None:
    """Return a fault if `head` shows why a text file could not be read as a table, or else None."""
    found = _first(_NOT_THE_FILE, head)
    if found:
        return Fault(f"is {found[0]}", where, hint=found[1])
    lone = b"\r" in head.rstrip(b"\r") and b"\n" not in head
    return _lone_carriage_returns(where) if lone else None


def _first(signatures: Sequence[tuple[bytes, str, str]], head: bytes) -> tuple[str, str] | None:
    """Return the name and hint of the first of `signatures` that matches `head`, or else None."""
    return next(
        ((name, hint) for pattern, name, hint in signatures if re.match(pattern, head, re.DOTALL)), None
    )


def _lone_carriage_returns(where: str) -> Fault:
    what = 'its lines end in a lone carriage return, as Excel\'s "CSV (Macintosh)" has them'
    hint = "Save it as CSV UTF-8, or end the lines in a line feed: `tr '\\r' '\\n'`."
    return Fault(what, where, hint=hint)


def unicode_form(head: bytes) -> tuple[str, str] | None:
    """Return the name of the UTF-16 or UTF-32 that `head` is in, and how that shows, or else None."""
    for mark, name in (
        (b"\xff\xfe\0\0", "utf-32"),
        (b"\0\0\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if head.startswith(mark):
            return name, f"begins with the byte order mark of {name.upper()}"
    likely = _by_zeros(head[: len(head) // 4 * 4])
    return (likely, f"has zeros where {likely.upper()} has them") if likely else None


def _by_zeros(head: bytes) -> str | None:
    """Return the UTF-16 or UTF-32 whose zero bytes in Western text match those in `head`, or else None."""
    if head.count(0) < ENOUGH:
        return None
    shares = [head[place::4].count(0) / (len(head) / 4) for place in range(4)]
    if shares[2] > 0.9 and shares[3] > 0.9:
        return "utf-32-le"
    if shares[0] > 0.9 and shares[1] > 0.9:
        return "utf-32-be"
    even, odd = shares[0] + shares[2], shares[1] + shares[3]
    if max(even, odd) < 0.1 or min(even, odd) > max(even, odd) / 4:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"
