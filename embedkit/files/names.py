"""Makes names of files and directories that every operating system accepts, from any text.

Windows refuses some characters, white space and dots at the end, and the names of its devices with any
suffix: https://learn.microsoft.com/windows/win32/fileio/naming-a-file.
"""

from __future__ import annotations

from itertools import groupby
from unicodedata import category, normalize

LONGEST = 100
"""Characters of a name; a directory's has a time behind it, and something more while it is written."""

MOST_BYTES = 200
"""Bytes of a name in UTF-8: file systems take 255."""

_PUNCTUATION = "._-"
_JOINERS = "\u200c\u200d"
"""Invisible, and part of words in Persian and in Indian scripts."""

_NUMBERS = "0123456789¹²³"
_DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{device}{number}" for device in ("com", "lpt") for number in _NUMBERS
}


def portable(text: str, otherwise: str = "run") -> str:
    """Return a file name made from `text`: letters and digits of any script, `.`, `_` and `-`.

    Everything else in between becomes one `-`. The name does not begin with punctuation or end in `.` or `-`,
    is not the name of a Windows device, and has at most 100 characters and 200 bytes. If nothing is left, it
    is `otherwise`. A portable name is returned unchanged.
    """
    composed = normalize("NFC", text[: 10 * LONGEST])
    parts = ("".join(those) if fits else "-" for fits, those in groupby(composed, key=_fits))
    name = "".join(parts).lstrip(_PUNCTUATION + _JOINERS)
    if name.split(".")[0].casefold() in _DEVICES:
        name = f"{otherwise}-{name}"
    return _cut(name).rstrip(".-" + _JOINERS) or otherwise


def _fits(character: str) -> bool:
    return character in _PUNCTUATION or character in _JOINERS or category(character)[0] in "LMN"


def _cut(name: str) -> str:
    """Return the beginning of a name, at most 100 characters and 200 bytes of UTF-8."""
    return name[:LONGEST].encode()[:MOST_BYTES].decode(errors="ignore")
