"""What is printed without rich: lines in which data are shown and not obeyed, in any encoding."""

from __future__ import annotations

import sys
from typing import TextIO

from embedkit.errors import shortened
from embedkit.escaping import escaped, escaped_message

LONGEST_TEXT = 1_000
"""Characters of a text that a screen shows beside others."""


def escape_what_cannot_be_encoded() -> None:
    """Have standard output and standard error write escapes for what their encoding lacks, and not fail."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def say(*fields: object, error: bool = False) -> None:
    """Print a line: the fields, each escaped, with tabs between them; on standard error if so."""
    write("\t".join(escaped(str(field)) for field in fields) + "\n", error)


def say_message(message: str, error: bool = False) -> None:
    """Print a message, whose hints are on lines of their own, indented."""
    write(escaped_message(message) + "\n", error)


def name_shown(name: str) -> str:
    """A label or a word as a screen shows it among others: on one line, cut as in messages."""
    return escaped(shortened(name))


def text_shown(text: str) -> str:
    """A text as a screen shows it among others: on one line, at most 1,000 characters of it."""
    return escaped(shortened(text, LONGEST_TEXT))


def write(text: str, error: bool = False) -> None:
    """Print `text` as it is, at once."""
    stream: TextIO | None = sys.stderr if error else sys.stdout
    if stream is not None:  # as for a program without a console
        stream.write(text)
        stream.flush()


def can_encode(text: str) -> bool:
    """Whether standard output has every character of `text`."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
