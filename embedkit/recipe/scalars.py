"""The plain scalars of YAML 1.2's core schema. https://yaml.org/spec/1.2.2/#1032-tag-resolution"""

from __future__ import annotations

import re

NULL = re.compile(r"(?:null|Null|NULL|~|)$")
BOOLEAN = re.compile(r"(?:true|True|TRUE|false|False|FALSE)$")
INTEGER = re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", re.ASCII)
FLOAT = re.compile(
    r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?(?:\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN)$"
)

_BASES = {"0o": 8, "0x": 16}


def resolve(text: str) -> str | int | float | bool | None:
    """Return the value of an unquoted scalar.

    Raises ValueError for an integer of too many digits to convert.
    """
    if NULL.match(text):
        return None
    if BOOLEAN.match(text):
        return text.lower() == "true"
    if INTEGER.match(text):
        return int(text, _BASES.get(text[:2], 10))
    return _float(text) if FLOAT.match(text) else text


def _float(text: str) -> float:
    special = text.lower().lstrip("+-")
    return float(text.replace(".", "", 1)) if special in (".inf", ".nan") else float(text)
