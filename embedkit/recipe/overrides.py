"""`--set KEY=VALUE`: changes to a recipe before it is checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Never

from embedkit.errors import Fault, RecipeError
from embedkit.recipe.document import (
    Container,
    Document,
    Findings,
    KeyPath,
    Origin,
    Plain,
    describe,
    dotted,
    plain,
)
from embedkit.recipe.several import EXCLUDE, INCLUDE, MATRIX
from embedkit.recipe.slots import SLOTS, Default, kind_at
from embedkit.recipe.yaml import parse

Overrides = Sequence[str] | Plain
"""`KEY=VALUE` texts, the value in YAML; or from Python dotted keys and plain values."""


Defaults = Mapping[KeyPath, Default]
"""The components that stand where none are named, by key."""


def override(document: Document, overrides: Overrides, defaults: Defaults) -> None:
    """Apply all overrides, in order. Raises one RecipeError for all that cannot be applied."""
    items: list[Any] = [*overrides.items()] if isinstance(overrides, Mapping) else [*overrides]
    faults: list[Fault] = []
    for number, item in enumerate(items):
        try:
            _change(document, number, item, defaults).make()
        except RecipeError as error:
            faults.extend(error.faults)
    if faults:
        raise RecipeError(*faults)


def _change(document: Document, number: int, item: str | tuple[str, Any], defaults: Defaults) -> Change:
    text = item if isinstance(item, str) else f"{item[0]}={item[1]!r}"
    printable = text.encode(errors="backslashreplace").decode()
    origin = Origin(1, number, f"--set {printable:.100}", Path.cwd())
    key, value = read_setting(text, origin) if isinstance(item, str) else (item[0], _plain(item[1], origin))
    keys = key.split(".")
    if not all(keys):
        raise RecipeError(Fault(f"'{key}' is not a key such as encoder.hidden_size", where=origin.where))
    return Change(document, _in_matrix(keys, document.data), value, origin, defaults)


def _in_matrix(keys: Sequence[str], data: Plain) -> Sequence[str]:
    """Return the keys that lead to a value, in which the dotted key of an axis of a matrix is a single one.

    `matrix.training.lr.0` is the first value of the axis `training.lr`, `matrix.include.0.training.lr` the
    value that the first item of `include` has for it.
    """
    if keys[0] != MATRIX or len(keys) < 2:
        return keys
    if keys[1] in (INCLUDE, EXCLUDE):
        return [*keys[:3], ".".join(keys[3:])] if len(keys) > 3 else keys
    axis, matrix = ".".join(keys[1:]), data.get(MATRIX)
    holder, _, index = axis.rpartition(".")
    if index.isdecimal() and isinstance(matrix, Mapping) and holder in matrix:
        return [MATRIX, holder, index]
    return [MATRIX, axis]


def read_setting(text: str, origin: Origin) -> tuple[str, Any]:
    """Return the key and the value of `KEY=VALUE`. Raises RecipeError if it is none, or no YAML."""
    key, equals, value = text.partition("=")
    if not equals:
        raise RecipeError(Fault("expected KEY=VALUE, and there is no '='", where=origin.where))
    if not value.strip():
        hint = f"Write {key}=null for nothing, {key}=\"''\" for a text without characters."
        raise RecipeError(Fault("there is no value after '='", where=origin.where, hint=hint))
    return key.strip(), parse(value, lambda _: origin.where)[0]


def _plain(value: Any, origin: Origin) -> Any:
    findings = Findings(Document({}, {(): origin}))
    result = plain(value, (), findings)
    findings.raise_any()
    return result


@dataclass(frozen=True)
class Change:
    """One value to be set at `keys`; `inside` has the origins of its parts that have one of their own."""

    document: Document
    keys: Sequence[str]
    value: Any
    origin: Origin
    defaults: Defaults
    inside: Mapping[KeyPath, Origin] = field(default_factory=dict)

    def make(self) -> None:
        """Set the value, making the mappings on the way that do not exist yet.

        Raises RecipeError if there is no such place in the recipe.
        """
        holder: Container = self.document.data
        path: KeyPath = ()
        for key in self.keys[:-1]:
            path = (*path, self._step(holder, path, key))
            holder = self._enter(holder, path)
        path = (*path, self._step(holder, path, self.keys[-1]))
        holder[path[-1]] = self.value  # type: ignore[index]
        self._own(path)
        self.document.origins.update({(*path, *inside): origin for inside, origin in self.inside.items()})

    def _step(self, holder: Container, path: KeyPath, key: str) -> str | int:
        """Return the key or list index that follows `path`, the place of `holder`.

        Raises RecipeError if a list has no such item.
        """
        if isinstance(holder, dict):
            return key
        indices = [str(index) for index in range(len(holder))]
        if key not in indices:
            self._refuse(f"'{dotted(path)}' is a list and has no item '{key}'", tuple(indices))
        return int(key)

    def _enter(self, holder: Container, path: KeyPath) -> Container:
        """Return the mapping or list at `path`, in `holder`, so that a value can be set inside it.

        An empty place gets a new one, and a component's bare name becomes a mapping. Raises RecipeError for
        any other value.
        """
        key: Any = path[-1]
        found = holder.get(key) if isinstance(holder, dict) else holder[key]
        if found is None:
            self._own(path)
            found = self._made(path)
        elif isinstance(found, str) and kind_at(path):
            found = {"use": found}
        elif not isinstance(found, dict | list):
            self._refuse(f"'{dotted(path)}' is {describe(found)}, nothing can be set inside it")
        holder[key] = found
        return found

    def _made(self, path: KeyPath) -> Container:
        """Make the value of an empty place: the default component or list of them, or an empty mapping.

        Raises RecipeError for a list of components that has no default here.
        """
        if path in self.defaults:
            default = self.defaults[path]
            return dict(default) if isinstance(default, Mapping) else [*default]
        if path in SLOTS and SLOTS[path].many:
            self._refuse(f"there is no list '{dotted(path)}' here to change: set the whole of it")
        return {}

    def _own(self, path: KeyPath) -> None:
        """Record this change as the origin of the value at `path` and of everything in it."""
        origins = self.document.origins
        for inside in [at for at in origins if at[: len(path)] == path]:
            del origins[inside]
        origins[path] = self.origin

    def _refuse(self, what: str, allowed: tuple[str, ...] = ()) -> Never:
        raise RecipeError(Fault(what, where=self.origin.where, allowed=allowed))
