"""From a document with the key `matrix` to its combinations, each checked as a recipe of its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from embedkit.errors import Fault, RecipeError
from embedkit.recipe.checked import Checked
from embedkit.recipe.combinations.equality import is_part
from embedkit.recipe.combinations.ids import canonical, combination_ids
from embedkit.recipe.combinations.plain import MISSING, Resolved, base_of, key_path, settled, value_at
from embedkit.recipe.combinations.section import Choice, Keys, choices_of
from embedkit.recipe.document import Document, Findings, KeyPath, Origin, Plain, dotted
from embedkit.recipe.frozen import freeze, thaw
from embedkit.recipe.matrix import Combination, MatrixRecipe
from embedkit.recipe.nodes import copy_of
from embedkit.recipe.overrides import Change, Defaults
from embedkit.recipe.schema import TrainingRecipe
from embedkit.recipe.several import EXCLUDE, INCLUDE, MATRIX

_Found = defaultdict[tuple[Origin, Fault], dict[str, None]]
"""The ids of the combinations that each fault is in."""


@dataclass(frozen=True)
class MatrixReader:
    """Reads a document with the key `matrix`.

    `check` reads the document of a combination; `keys` has the keys of each section of its recipe, `defaults`
    the components that stand where none are named.
    """

    document: Document
    check: Callable[[Document], Checked]
    keys: Keys
    defaults: Defaults

    def read(self) -> MatrixRecipe:
        """Return the recipe. Raises RecipeError with the faults of the matrix or of its combinations."""
        choices = choices_of(self.document.data[MATRIX], self.keys, Findings(self.document))
        checked = [self._checked(choice) for choice in choices.made]
        axes = [_settled(*pair) for pair in zip(choices.made, checked, strict=True)]
        ids = combination_ids(axes, choices.keys)
        self._refuse_idle(choices.made)
        self._refuse_alike(choices.made, axes, ids)
        self._raise_any(ids, checked)
        recipes = [each.recipe for each in checked if isinstance(each.recipe, TrainingRecipe)]
        plains = [recipe.to_plain() for recipe in recipes]
        self._refuse_alike(choices.made, plains, ids)
        parts = zip(ids, axes, recipes, strict=True)
        resolved = [
            Resolved([key_path(key) for key in of], each) for of, each in zip(axes, plains, strict=True)
        ]
        return MatrixRecipe(
            name=recipes[0].name,
            combinations=tuple(Combination(id, freeze(of), recipe) for id, of, recipe in parts),
            base=freeze(base_of(self._base.data, resolved, self.keys)),
            matrix=freeze(self._section([*zip(choices.made, checked, strict=True)], choices.excluded)),
        )

    @cached_property
    def _base(self) -> Document:
        """Return the document without its matrix."""
        data = {key: value for key, value in self.document.data.items() if key != MATRIX}
        origins = {path: origin for path, origin in self.document.origins.items() if path[:1] != (MATRIX,)}
        return Document(data, origins, self.document.stem)

    def _checked(self, choice: Choice) -> Checked:
        """Return the recipe of a combination, checked; sections are set before the keys inside them."""
        document = Document(copy_of(self._base.data), dict(self._base.origins), self._base.stem)
        findings = Findings(document)
        for key in sorted(choice, key=lambda key: key.count(".")):
            path, value = choice[key].path, copy_of(choice[key].value)
            origin, inside = self.document.origin(path), self._inside[path]
            try:
                Change(document, key.split("."), value, origin, self.defaults, inside).make()
            except RecipeError as error:
                findings.faults += [(origin, fault) for fault in error.faults]
        return Checked({}, None, findings) if findings.faults else self.check(document)

    @cached_property
    def _inside(self) -> Mapping[KeyPath, Mapping[KeyPath, Origin]]:
        """Return the origins of the parts of each value of the matrix, by the path of the value."""
        inside: defaultdict[KeyPath, dict[KeyPath, Origin]] = defaultdict(dict)
        for path, origin in self.document.origins.items():
            for end in (3, 4):  # (matrix, KEY, index) and (matrix, include, index, KEY)
                if path[:1] == (MATRIX,) and len(path) > end:
                    inside[path[:end]][path[end:]] = origin
        return inside

    def _refuse_idle(self, choices: Sequence[Choice]) -> None:
        """Raise RecipeError for each value that an override set, and that every combination sets again."""
        findings = Findings(self.document)
        data, hint = self._base.data, "Override the values of the matrix: --set matrix.KEY=[VALUE, …]."
        axes = (key_path(key) for key in choices[0] if all(key in choice for choice in choices))
        said = [path for path in axes if value_at(data, path) is not MISSING]
        inside = [path for path in self._base.origins if all(_sets(choice, path) for choice in choices)]
        for path in dict.fromkeys([*said, *inside]):
            origin = self._base.origin(path)
            if origin.source:
                what = f"{dotted(path)}: the matrix varies it, and no combination would have this value"
                findings.faults.append((origin, Fault(what, where=origin.where, hint=hint)))
        findings.raise_any()

    def _refuse_alike(self, choices: Sequence[Choice], plains: Sequence[Plain], ids: Sequence[str]) -> None:
        """Raise RecipeError if two combinations have the same axes, or the same recipe."""
        findings, first = Findings(self.document), dict[str, int]()
        found: set[KeyPath] = set()
        for index, plain in enumerate(plains):
            before = first.setdefault(canonical(plain), index)
            if before == index or (path := _differing(choices[before], choices[index])) in found:
                continue
            found.add(path)
            one, other = ids[before], ids[index]
            what = f"combination {other} is the same recipe as {one}"
            findings.add(path, what if one != other else "this combination stands in the matrix already")
        findings.raise_any()

    def _raise_any(self, ids: Sequence[str], checked: Sequence[Checked]) -> None:
        """Raise RecipeError with the faults of all combinations, each once, if there are any."""
        found: _Found = defaultdict(dict)
        for id, each in zip(ids, checked, strict=True):
            for origin, fault in each.findings.faults:
                found[origin, fault][id] = None
        varied = {origin for path, origin in self.document.origins.items() if path[:1] == (MATRIX,)}
        findings = Findings(self.document)
        for (origin, fault), names in self._by_axis(found).items():
            of_base = len(names) == len(ids) and origin not in varied
            findings.faults.append((origin, fault if of_base else _in_combinations(fault, [*names])))
        findings.raise_any()

    def _by_axis(self, found: _Found) -> _Found:
        """Return the faults, of which one that several values of an axis have alike is that of the axis."""
        axes = {
            self.document.origin(path): self.document.origin(path[:2])
            for path in self.document.origins
            if path[:1] == (MATRIX,) and len(path) == 3
        }
        alike = Counter((axes.get(origin), replace(fault, where=None)) for origin, fault in found)
        merged: _Found = defaultdict(dict)
        for (origin, fault), names in found.items():
            axis = axes.get(origin)
            if axis is not None and alike[axis, replace(fault, where=None)] > 1:
                merged[axis, replace(fault, where=axis.where)] |= names
            else:
                merged[origin, fault] |= names
        return merged

    def _section(self, made: Sequence[tuple[Choice, Checked]], excluded: Sequence[Choice]) -> Plain:
        """Return the section `matrix` with absolute paths."""
        values: dict[KeyPath, Any] = {}
        for choice, checked in [*made, *((choice, None) for choice in excluded)]:
            if any(setting.path not in values for setting in choice.values()):
                axes = _settled(choice, checked or self._checked(choice))
                for key, setting in choice.items():
                    values.setdefault(setting.path, axes[key])
        section = self.document.data[MATRIX]
        replaced = {key: _replaced(section[key], (MATRIX, key), values) for key in section}
        if section.get(EXCLUDE):
            pairs = [(key, [*zip(section[key], replaced[key], strict=True)]) for key in section]
            axes = {key: both for key, both in pairs if key not in (INCLUDE, EXCLUDE)}
            replaced[EXCLUDE] = [
                {key: _matched(value, axes[key]) for key, value in item.items()} for item in section[EXCLUDE]
            ]
        return replaced


def _sets(choice: Choice, path: KeyPath) -> bool:
    """Return whether a combination sets the value at a path, or something that contains it."""
    axes = map(key_path, choice)
    return any(path[: len(axis)] == axis for axis in axes)


def _settled(choice: Choice, checked: Checked) -> dict[str, Any]:
    """Return the axes of a combination, with absolute paths as far as its recipe could be read."""
    sections = thaw(checked.sections)
    return {key: settled(setting.value, value_at(sections, key_path(key))) for key, setting in choice.items()}


def _differing(one: Choice, other: Choice) -> KeyPath:
    """Return where a combination says what another one does not: at a value, or at an item of `include`."""
    paths = {setting.path for setting in one.values()}
    path = next(setting.path for setting in (*other.values(), *one.values()) if setting.path not in paths)
    return path[:3]


def _in_combinations(fault: Fault, ids: Sequence[str]) -> Fault:
    """Return a fault that says in which combinations it is."""
    which = f"combination {ids[0]}" if len(ids) == 1 else f"{len(ids):,} combinations, such as {ids[0]}"
    return replace(fault, what=f"in {which}: {fault.what}")


def _replaced(written: Any, path: KeyPath, values: Mapping[KeyPath, Any]) -> Any:
    """Return a part of the matrix with the values that are known by their paths."""
    if path in values:
        return values[path]
    if isinstance(written, Mapping):
        return {key: _replaced(value, (*path, key), values) for key, value in written.items()}
    if isinstance(written, list):
        return [_replaced(value, (*path, index), values) for index, value in enumerate(written)]
    return written


def _matched(written: Any, values: Sequence[tuple[Any, Any]]) -> Any:
    """Return a value of `exclude` with the paths of the first that it matches of an axis.

    `values` are those of the axis, as they were written, and with absolute paths.
    """
    return next(settled(written, absolute) for before, absolute in values if is_part(written, before))
