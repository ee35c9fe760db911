"""From what a source holds to a text or a label: what is accepted, and what is said of the rest."""

from __future__ import annotations

from embedkit.errors import DataError, Fault


def text_of(value: object, where: str) -> str:
    """A text, which may be empty. Raises DataError for anything but a string that can be written down."""
    if not isinstance(value, str):
        raise DataError(Fault(f"the text is {_kind(value)}, not a string", where))
    return _writable(value, "text", where)


def label_of(value: object, where: str) -> str:
    """A label as it is written: 1 is "1", true is "true". Raises DataError for other types."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise DataError(Fault(f"the label is {_kind(value)}, not a string, an integer or a boolean", where))
    return _writable(value, "label", where)


def _writable(string: str, role: str, where: str) -> str:
    if "\0" in string:
        raise DataError(Fault(f"the {role} holds a NUL character", where))
    try:
        string.encode()
    except UnicodeEncodeError as error:
        raise DataError(Fault(f"the {role} holds half a surrogate pair", where)) from error
    return string


def _kind(value: object) -> str:
    return "null" if value is None else f"of type {type(value).__name__}"
