"""Markdown: tables, headings and their anchors."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

WIDTH = 120
_NO_BREAK = "\0"
GENERATED = "<!-- Made by docs/generate_reference.py from the code: change it there. -->"


def page(title: str, *blocks: str) -> str:
    """Return a generated page: its title, and blocks with an empty line between them."""
    return "\n\n".join([GENERATED, f"# {title}", *filter(None, blocks)]) + "\n"


def paragraph(text: str) -> str:
    """Return prose in lines of at most WIDTH characters; paragraphs, lists and code in it stay apart."""
    parts = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(part if _has_layout(part) else _filled(part) for part in parts)


def _has_layout(part: str) -> bool:
    return any(line.startswith(("    ", "- ", "* ", ">>>")) for line in part.splitlines())


def _filled(part: str) -> str:
    """Return a paragraph in lines of at most WIDTH characters, where code stays on one line."""
    joined = re.sub(r"`[^`]+`", lambda match: match[0].replace(" ", _NO_BREAK), " ".join(part.split()))
    filled = textwrap.fill(joined, WIDTH, break_long_words=False, break_on_hyphens=False)
    return filled.replace(_NO_BREAK, " ")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; `|` within a cell is escaped, also in code."""
    lines = [header, ["---"] * len(header), *([cell(each) for each in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


def cell(text: str) -> str:
    """Return text as it stands in a cell: on one line, without an unescaped `|`."""
    return " ".join(text.split()).replace("|", "\\|")


def plain(text: str) -> str:
    """Return text in which `<` outside of code is escaped, as it would begin a tag."""
    return re.sub(r"(`[^`]+`)|<(?=[\w/!])", lambda match: match[1] or "\\<", text)


def code(text: str) -> str:
    """Return text as code within a line."""
    marks = "``" if "`" in text else "`"
    return f"{marks}{text}{marks}" if text else "`''`"


def anchor(heading: str) -> str:
    """Return the anchor of a heading, as GitHub and MyST make it."""
    return re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
