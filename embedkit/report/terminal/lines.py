"""Lines printed without rich, in any encoding, in which control characters and the like are escaped."""

from __future__ import annotations

import sys
from typing import TextIO

from embedkit.errors import shortened
from embedkit.escaping import escaped, escaped_message

LONGEST_TEXT = 1_000
"""Characters of a text that a screen shows beside others."""


def escape_what_cannot_be_encoded() -> None:
    """Set standard output and standard error to write escapes for characters that their encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def say(*fields: object, error: bool = False) -> None:
    """Print a line: the fields, each escaped, with tabs between them; on standard error if `error`."""
    write("\t".join(escaped(str(field)) for field in fields) + "\n", error)


def say_message(message: str, error: bool = False) -> None:
    """Print a message, whose hints are on lines of their own, indented."""
    write(escaped_message(message) + "\n", error)


def name_shown(name: str) -> str:
    """Return a label or a word escaped for the screen: on one line, and shortened as in messages."""
    return escaped(shortened(name))


def text_shown(text: str) -> str:
    """Return a text escaped for the screen: on one line, and shortened to 1,000 characters."""
    return escaped(shortened(text, LONGEST_TEXT))


def write(text: str, error: bool = False) -> None:
    """Print `text` as it is, and flush the stream; on standard error if `error`."""
    stream: TextIO | None = sys.stderr if error else sys.stdout
    if stream is not None:  # as for a program without a console
        stream.write(text)
        stream.flush()


def can_encode(text: str) -> bool:
    """Return whether standard output can encode every character of `text`."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
