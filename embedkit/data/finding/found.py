"""What a user says about a file, and what is found out about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embedkit.errors import shortened
from embedkit.recipe.document import Plain

SHOWN = 60
"""Characters of a value or a name that a message shows."""


@dataclass(frozen=True)
class Wishes:
    """The columns and the format that the user names; None for those to be found.

    `format` is the name of a bundled reader.
    """

    text: str | None = None
    label: str | None = None
    group: str | None = None
    format: str | None = None


@dataclass(frozen=True)
class Found:
    """A reader as in a recipe: `spec` has `use` and its keys. `said` tells it in one line for the screen."""

    spec: Plain
    said: str


@dataclass(frozen=True)
class Column:
    """A column of a sample: its name, and its values as text; None where there is none, or no single one."""

    name: str
    values: Sequence[str | None]


def example_of(column: Column) -> str:
    """Return the column's name with its first value that is not empty, for a message."""
    value = next((value for value in column.values if value and value.strip()), "")
    shown = shortened(" ".join(value.split()), SHOWN)
    return (
        f'"{shortened(column.name, SHOWN)}", such as {shown}' if shown else f'"{column.name}", which is empty'
    )
