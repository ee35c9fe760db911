"""Mappings, lists and scalars on their way from YAML events to plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from embedkit.recipe.document import Container, KeyPath


@dataclass
class Open:
    """A mapping or list that is not complete yet; `nodes` and `height` measure its contents so far."""

    value: Container
    path: KeyPath
    anchor: str | None
    key: str | None = None
    nodes: int = 1
    height: int = 1

    @property
    def takes_key(self) -> bool:
        """Return whether a mapping's key comes next."""
        return isinstance(self.value, dict) and self.key is None

    @property
    def next_path(self) -> KeyPath:
        """Return the path of the value that comes next."""
        return (*self.path, len(self.value) if isinstance(self.value, list) else str(self.key))

    def put(self, done: Done) -> None:
        """Add a finished value; if a key occurs twice, the first value is kept."""
        self.nodes += done.nodes
        self.height = max(self.height, done.height + 1)
        if isinstance(self.value, list):
            self.value.append(done.value)
        else:
            self.value.setdefault(str(self.key), done.value)
            self.key = None


@dataclass(frozen=True)
class Done:
    """A finished value, the number of values in it, and their depth of nesting."""

    value: Any
    nodes: int = 1
    height: int = 0


def copy_of(value: Any) -> Any:
    """Return a deep copy of plain data, whose depth is limited."""
    if isinstance(value, dict):
        return {key: copy_of(item) for key, item in value.items()}
    return [copy_of(item) for item in value] if isinstance(value, list) else value
