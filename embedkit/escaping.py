r"""Escapes for text of users and files on a screen, so that a terminal shows it and does not obey it.

Characters that a terminal acts upon, or that hide or reorder others, are written as Python writes them in a
string: `\x1b`, `\t`, `\n`, `\u202e`. https://www.unicode.org/reports/tr9/ names those that reorder text.
"""

from __future__ import annotations

import re

_INVISIBLE = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001"
)
"""Control and format characters and halves of surrogate pairs; but for those within Persian words, emoji."""

_ANY = f"[{_INVISIBLE}]"  # compiled when first used: most programs never do
_BUT_OWN_LINES = f"\n(?!    )|(?!\n)[{_INVISIBLE}]"
_BUT_LINE_FEEDS = f"(?!\n)[{_INVISIBLE}]"


def escaped(text: str) -> str:
    """Return `text` on one line, with an escape for every control or invisible character."""
    return text if text.isascii() and text.isprintable() else re.sub(_ANY, _escape, text)


def escaped_message(text: str) -> str:
    """Return `text` like `escaped`, but keep line feeds before four spaces: messages indent lines so."""
    return re.sub(_BUT_OWN_LINES, _escape, text)


def escaped_lines(text: str) -> str:
    """Return `text` like `escaped`, but keep all line feeds."""
    return re.sub(_BUT_LINE_FEEDS, _escape, text)


def escaped_json(document: str) -> str:
    """Return an equal JSON document, with escapes for control and invisible characters in its texts."""
    return re.sub(_BUT_LINE_FEEDS, _json_escape, document)


def _escape(found: re.Match[str]) -> str:
    return ascii(found.group())[1:-1]


def _json_escape(found: re.Match[str]) -> str:
    units = found.group().encode("utf-16-be", errors="surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
