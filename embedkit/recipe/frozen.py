"""Plain data that cannot be changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

from embedkit.recipe.document import Plain


class FrozenMapping(Mapping[str, Any]):
    """A mapping that cannot be changed, and that can be pickled and copied."""

    def __init__(self, items: Plain) -> None:
        self._items = dict(items)

    def __getitem__(self, key: str) -> Any:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return repr(self._items)


@runtime_checkable
class HasPlain(Protocol):
    """A part of a recipe, which stands in YAML as plain data."""

    def to_plain(self) -> Any:
        """Return it as plain data."""


def freeze(value: Any) -> Any:
    """Return an immutable copy of plain data: lists as tuples, mappings as frozen copies."""
    if isinstance(value, Mapping):
        return FrozenMapping({key: freeze(item) for key, item in value.items()})
    return tuple(map(freeze, value)) if isinstance(value, list | tuple) else value


def thaw(value: Any) -> Any:
    """Return a frozen value or a part of a recipe as plain dicts and lists."""
    if isinstance(value, Mapping):
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [thaw(item) for item in value]
    return value.to_plain() if isinstance(value, HasPlain) else value
