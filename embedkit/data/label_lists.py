"""Labels written as lists, in the notations of JSON, Python and NumPy, as tables save them.

`["a", "b"]`, `['a', 'b']`, `('a', 'b')`, `{'a', 'b'}`, `['a' 'b']`, `[1, 2]` and `[]`.
"""

from __future__ import annotations

import ast
import re

_ITEM = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?|True|False|true|false)"""
_ITEMS = rf"\s*(?:{_ITEM}(?:(?:\s*,\s*|\s+){_ITEM})*)?\s*,?\s*"
_LIST = re.compile(rf"\s*(?:\[{_ITEMS}\]|\({_ITEMS}\)|\{{{_ITEMS}\}})\s*", re.DOTALL)
_EACH = re.compile(_ITEM, re.DOTALL)


def items_of(label: str) -> tuple[str, ...] | None:
    """Return the items of `label` if it is written as a list; None if it is not."""
    if label.lstrip()[:1] not in ("[", "(", "{") or not _LIST.fullmatch(label):
        return None
    return tuple(map(_text, _EACH.findall(label)))


def _text(item: str) -> str:
    """Return an item as a label: a string without its quotes, anything else unchanged."""
    if item[0] not in "'\"":
        return item
    try:
        return str(ast.literal_eval(item))
    except (SyntaxError, ValueError):  # a backslash that Python does not know, or a line end
        return item[1:-1]
