"""A matrix as plain data, with defaults and absolute paths: saved anywhere, it loads to an equal one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from embedkit.recipe.combinations.section import Keys
from embedkit.recipe.document import KeyPath, Plain
from embedkit.recipe.slots import SLOTS

MISSING = object()
"""What stands at a key that a mapping does not have."""


@dataclass(frozen=True)
class Resolved:
    """A combination: the dotted keys of its axes, and its recipe with all defaults."""

    axes: Sequence[KeyPath]
    recipe: Plain


def settled(written: Any, resolved: Any) -> Any:
    """Return a value as it was written, with the absolute paths of the resolved one."""
    if isinstance(written, Mapping):
        inner = resolved if isinstance(resolved, Mapping) else {}
        return {key: settled(value, inner.get(key)) for key, value in written.items()}
    if isinstance(written, list):
        many = isinstance(resolved, list) and len(resolved) == len(written)
        return [settled(value, resolved[index] if many else None) for index, value in enumerate(written)]
    return resolved if isinstance(written, str) and isinstance(resolved, str) and resolved else written


def key_path(key: str) -> KeyPath:
    """Return the keys and list indices of a dotted key."""
    return tuple(int(part) if part.isdecimal() else part for part in key.split("."))


def value_at(plain: Any, path: Sequence[str | int]) -> Any:
    """Return the value at a path of keys, list indices included; MISSING if there is none."""
    for key in path:
        if isinstance(plain, Mapping):
            plain = plain.get(str(key), MISSING)
        elif isinstance(plain, list) and str(key).isdecimal() and int(key) < len(plain):
            plain = plain[int(key)]
        else:
            return MISSING
    return plain


def base_of(written: Plain, combinations: Sequence[Resolved], keys: Keys) -> dict[str, Any]:
    """Return the recipe that all combinations start from, with the defaults of what no axis touches.

    `written` is that recipe as it was written, `keys` has the keys of each section.
    """
    base = {key: _base((key,), written, combinations, keys) for key in combinations[0].recipe}
    return {key: value for key, value in base.items() if value is not MISSING}


def _base(path: KeyPath, written: Plain, combinations: Sequence[Resolved], keys: Keys) -> Any:
    said = value_at(written, path)
    apart = [each for each in combinations if not _touched(path, each.axes)]
    if len(apart) == len(combinations):
        values = [value_at(each.recipe, path) for each in combinations]
        if all(value == values[0] for value in values):
            return values[0]
    elif path in keys and path not in SLOTS and all(_is_section(path, each) for each in combinations):
        inner = {key: _base((*path, key), written, combinations, keys) for key in keys[path]}
        kept = {key: value for key, value in inner.items() if value is not MISSING}
        return kept or MISSING
    elif not apart and all(_is_set(path, each.axes) for each in combinations):
        return MISSING
    return said if said is MISSING else settled(said, value_at((apart or combinations)[0].recipe, path))


def _is_section(path: KeyPath, combination: Resolved) -> bool:
    """Return whether a combination has a section at the path, and no axis for the whole of it."""
    section = value_at(combination.recipe, path)
    return isinstance(section, Mapping) and not _is_set(path, combination.axes)


def _touched(path: KeyPath, axes: Sequence[KeyPath]) -> bool:
    """Return whether an axis sets the value at `path`, a part of it, or something that contains it."""
    return any(axis[: len(path)] == path[: len(axis)] for axis in axes)


def _is_set(path: KeyPath, axes: Sequence[KeyPath]) -> bool:
    """Return whether an axis sets the whole value at `path`."""
    return any(path[: len(axis)] == axis for axis in axes)
