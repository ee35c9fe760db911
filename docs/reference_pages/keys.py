"""A table of keys: their types, defaults and meaning."""

from __future__ import annotations

import re
from collections.abc import Mapping

from embedkit.cli.inventory import Key
from embedkit.recipe.dump import dump_inline

from .markdown import code, plain, table

SIGNS = {">=": "≥", "<=": "≤"}


def key_table(keys: Mapping[str, Key]) -> str:
    """Return a table with a row for each key."""
    return table(("key", "type", "default", "meaning"), map(_row, keys.items()))


def _row(item: tuple[str, Key]) -> tuple[str, ...]:
    name, key = item
    default = "required" if key.required else code(dump_inline(key.default))
    return code(name), in_prose(key.type), default, plain(key.description or "")


def in_prose(types: str) -> str:
    """Return a type as prose: `integer >= 1` with a sign for the bound, and names of values as code."""
    for written, sign in SIGNS.items():
        types = types.replace(written, sign)
    return re.sub(r"'([^']*)'", r"`\1`", types)
