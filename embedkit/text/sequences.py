"""Check texts given in Python: any iterable of strings, item by item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def texts_of(texts: Iterable[str]) -> list[str]:
    """Return the strings in `texts`, such as a tuple, a NumPy array, a Series or a generator, as a list.

    Raises TypeError for a single string, for a table, and for an item that is not a string, with its
    position.
    """
    if isinstance(texts, str | bytes):
        raise TypeError("predict takes a sequence of texts, not one string")
    if isinstance(texts, Mapping) or hasattr(texts, "columns") or not isinstance(texts, Iterable):
        kind = type(texts).__name__
        raise TypeError(f"predict takes a sequence of texts, not a {kind}; of a table name the column")
    found = list(texts)
    for number, text in enumerate(found):
        if not isinstance(text, str):
            raise TypeError(f"texts[{number}] is {repr(text)[:60]}, not a text")
    return [str(text) for text in found]
