"""The line for the screen that says how a file is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from embedkit.data.finding.columns import Roles
from embedkit.errors import shortened


def said(path: str, reader: str, how: Sequence[str], roles: Roles) -> str:
    """Return such as `a.csv: csv, ';', cp1252, header; text in "Review", label in "stars" (2 classes)`."""
    many = f"{'' if roles.whole else 'at least '}{roles.classes:,} classes"
    if roles.classes == 1:
        many = "1 class" if roles.whole else "one class in the part looked at"
    columns = f'text in "{shortened(roles.text)}", label in "{shortened(roles.label)}"'
    groups = f', groups in "{shortened(roles.group)}"' if roles.group else ""
    file = ", ".join([reader, *how])
    return f"{Path(path).name}: {file}; {columns} ({many}){groups}"
