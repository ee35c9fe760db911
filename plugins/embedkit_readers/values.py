"""Conversion of a source's values to texts and labels, and errors for all other values."""

from __future__ import annotations

import math

from embedkit.plugin_api import DataError, Fault


def text_of(value: object, where: str) -> str:
    """Return a text, which may be empty.

    Raises DataError for anything but a string, and for NUL characters and lone surrogates.
    """
    if not isinstance(value, str):
        raise DataError(Fault(f"the text is {_kind(value)}, not a string", where))
    return _writable(value, "text", where)


def label_of(value: object, where: str) -> str:
    """Return a label as it is written: 1 is "1", true is "true", 1.0 is "1", 2.5 is "2.5".

    Raises DataError for other types, NaN and infinity, NUL characters and lone surrogates.
    """
    written = _written(value)
    if written is None:
        raise DataError(_no_label(value, where))
    return _writable(written, "label", where)


def group_of(value: object, where: str) -> str | None:
    """Return a group as it is written, as `label_of` does; None for null, NaN or an empty value: no group.

    Raises DataError for other types, NUL characters and lone surrogates.
    """
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    written = _written(value)
    if written is None:
        what = f"the group is {_kind(value)}, not a string, a number or a boolean"
        raise DataError(Fault(what, where))
    return _writable(written, "group", where)


def _written(value: object) -> str | None:
    """Return a string, boolean or finite number as it is written, or None for any other value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value) if isinstance(value, int | str) else None


def _no_label(value: object, where: str) -> Fault:
    if value is None or isinstance(value, float):
        hint = "A text that is learnt from needs a label; `label: null` reads all texts without theirs."
        return Fault(f"the label is {'null' if value is None else value}", where, hint=hint)
    expected = "a string, a number, a boolean or a list of them"
    return Fault(f"the label is {_kind(value)}, not {expected}", where)


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
