"""The section `matrix` of a recipe: its axes, `include` and `exclude`, and the combinations that they make.

`include` and `exclude` mean what they mean in the matrices of GitHub Actions:
https://docs.github.com/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from embedkit.errors import Fault, nearest, shortened
from embedkit.recipe.combinations.equality import is_part, is_same
from embedkit.recipe.document import Findings, KeyPath, describe
from embedkit.recipe.several import EXCLUDE, INCLUDE, MATRIX
from embedkit.recipe.slots import SLOTS

MOST = 10_000
"""A matrix may have so many combinations."""

Keys = Mapping[KeyPath, Sequence[str]]
"""The keys of each section of a recipe, by the path to it."""

NOT_VARIED = {
    "name": "the name is that of the whole matrix",
    MATRIX: "a matrix cannot stand in another one",
    "seeds": "to train with several seeds, write matrix.seed: [1, 2], or seeds: [1, 2] beside the matrix",
}
"""Keys of a recipe that a matrix cannot vary, and why."""


@dataclass(frozen=True)
class Setting:
    """A value of an axis, and the path at which it is written in the document."""

    path: KeyPath
    value: Any


Choice = dict[str, Setting]
"""The settings of a combination, by the dotted keys of their axes."""


@dataclass(frozen=True)
class Choices:
    """The combinations of a matrix, and those that `exclude` leaves out."""

    made: Sequence[Choice]
    excluded: Sequence[Choice]

    @property
    def keys(self) -> set[str]:
        """Return the keys of all axes."""
        return {key for choice in (*self.made, *self.excluded) for key in choice}


def choices_of(section: Any, keys: Keys, findings: Findings) -> Choices:
    """Return the combinations that the section `matrix` makes of a recipe with `keys`.

    Adds a fault to `findings` for everything wrong with it, and raises RecipeError if there is any.
    """
    axes = _axes(section, keys, findings)
    include = _listed(section, INCLUDE, keys, findings)
    exclude = _listed(section, EXCLUDE, keys, findings)
    _check_seeds(axes, include, findings)
    _check_learning_curve(axes, findings)
    _check_nested(axes, findings)
    _check_count(axes, include, findings)
    findings.raise_any()
    originals = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())] if axes else []
    excluded = _excluded(originals, exclude, axes, findings)
    left = [choice for index, choice in enumerate(originals) if index not in excluded]
    made = _included(left, include, findings)
    if not made and not findings.faults:
        findings.add((MATRIX, EXCLUDE), "no combination is left")
    findings.raise_any()
    return Choices(made, [originals[index] for index in sorted(excluded)])


def _axes(section: Any, keys: Keys, findings: Findings) -> dict[str, list[Setting]]:
    """Return the settings of each axis."""
    axes: dict[str, list[Setting]] = {}
    if not isinstance(section, Mapping):
        hint = "Each of its keys is a key of the recipe, such as encoder.hidden_size, with a list of values."
        findings.add(
            (MATRIX,), Fault(f"expected a mapping of keys to lists, got {describe(section)}", hint=hint)
        )
        return axes
    for key, values in section.items():
        path: KeyPath = (MATRIX, key)
        if key not in (INCLUDE, EXCLUDE) and _is_key(key, path, keys, findings):
            axes[key] = _values(key, values, path, findings)
    if not section.keys() - {INCLUDE, EXCLUDE} and not section.get(INCLUDE):
        findings.add((MATRIX,), "there is no list of values in it")
    return axes


def _values(key: str, values: Any, path: KeyPath, findings: Findings) -> list[Setting]:
    """Return the settings of an axis, each value once."""
    if not isinstance(values, list):
        findings.add(path, _no_list(key, values))
        return []
    if not values:
        findings.add(path, "the list of values is empty")
    settings: list[Setting] = []
    for index, value in enumerate(values):
        if any(is_same(value, other.value) for other in settings):
            findings.add((*path, index), f"the value {_brief(value)} stands here twice")
        settings.append(Setting((*path, index), value))
    return settings


def _no_list(key: str, value: Any) -> Fault:
    from embedkit.recipe.dump import dump_inline

    what = f"expected a list of values, got {describe(value)}"
    if not isinstance(value, Mapping):
        return Fault(what, hint=f"For a single value write {key}: [{dump_inline(value)}].")
    inner = next(iter(value), None)
    if inner in (None, "use"):
        return Fault(what, hint=f"A list may hold whole sections: {key}: [{{use: …}}, {{use: …}}].")
    return Fault(what, hint=f"For a key inside a section write {key}.{inner}: […].")


def _brief(value: Any) -> str:
    """Return a value for a message, as YAML on one line; texts in quotes."""
    from embedkit.recipe.dump import dump_inline

    return f"'{shortened(value)}'" if isinstance(value, str) else shortened(dump_inline(value))


def _listed(section: Any, key: str, keys: Keys, findings: Findings) -> list[Choice]:
    """Return the items of `include` or `exclude`, each a mapping of keys to single values."""
    items = section.get(key) if isinstance(section, Mapping) else None
    if items is None:
        return []
    if not isinstance(items, list):
        findings.add((MATRIX, key), f"expected a list of mappings, got {describe(items)}")
        return []
    return [_item(item, (MATRIX, key, index), keys, findings) for index, item in enumerate(items)]


def _item(item: Any, path: KeyPath, keys: Keys, findings: Findings) -> Choice:
    if not isinstance(item, Mapping) or not item:
        came = "an empty one" if isinstance(item, Mapping) else describe(item)
        findings.add(path, f"expected a mapping of keys to values, got {came}")
        return {}
    return {
        key: Setting((*path, key), value)
        for key, value in item.items()
        if _is_key(key, (*path, key), keys, findings)
    }


def _is_key(key: str, path: KeyPath, keys: Keys, findings: Findings) -> bool:
    """Return whether a matrix can vary the key, and add a fault if not.

    Keys of components and of their parameters are checked with the combinations.
    """
    parts = key.split(".")
    if not all(parts):
        findings.add(path[:-1], f"'{key}' is not a key such as encoder.hidden_size", said_at=path)
    elif parts[0] in NOT_VARIED:
        findings.add(path, NOT_VARIED[parts[0]])
    elif (fault := _unknown(parts, keys)) is not None:
        findings.add(path[:-1], fault, said_at=path)
    else:
        return True
    return False


def _unknown(parts: Sequence[str], keys: Keys) -> Fault | None:
    """Return the fault of a key of a section that has no such key; None if there is none."""
    for end, part in enumerate(parts):
        known = tuple(name for name in keys.get(tuple(parts[:end]), ()) if end or name not in NOT_VARIED)
        if known and part not in known and not _holds_component(parts[:end]):
            holder = "".join(f"{name}." for name in parts[:end])
            meant = [f"{holder}{name}" for name in known]
            elsewhere = [
                ".".join([*map(str, at), part]) for at, names in keys.items() if at and part in names
            ]
            close = elsewhere[0] if not end and elsewhere else nearest(".".join(parts[: end + 1]), meant)
            return Fault(f"unknown key '{'.'.join(parts)}'", nearest=close, allowed=tuple(meant))
    return None


def _holds_component(path: Sequence[str]) -> bool:
    """Return whether a component may stand at the path, whose keys are its own."""
    return tuple(path) in SLOTS


def _check_seeds(
    axes: Mapping[str, Sequence[Setting]], include: Sequence[Choice], findings: Findings
) -> None:
    """Add a fault for seeds that the matrix varies beside a list of seeds of the recipe."""
    if findings.document.data.get("seeds") is None:
        return
    hint = "Leave out one of the two: with seeds, each combination is trained with each of them."
    for path in [
        *(((MATRIX, "seed"),) if "seed" in axes else ()),
        *(c["seed"].path for c in include if "seed" in c),
    ]:
        findings.add(path, Fault("the recipe has a list of seeds already", hint=hint))


def _check_learning_curve(axes: Mapping[str, Sequence[Setting]], findings: Findings) -> None:
    """Add a fault for learning curves of combinations: shares are an axis of the matrix."""
    data = findings.document.data.get("data")
    hint = "Compare combinations on shares of the texts: matrix: {data.share: [0.25, 0.5, null]}."
    fault = Fault("a learning curve is of one recipe, not of a matrix", hint=hint)
    if isinstance(data, Mapping) and data.get("learning_curve") is not None:
        findings.add(("data", "learning_curve"), fault)
    if "data.learning_curve" in axes:
        findings.add((MATRIX, "data.learning_curve"), fault)


def _check_nested(axes: Mapping[str, Sequence[Setting]], findings: Findings) -> None:
    """Add a fault for each value that sets a key which another axis sets as well."""
    for key, settings in axes.items():
        for other in axes:
            if other.startswith(f"{key}."):
                inner = other[len(key) + 1 :]
                for setting in settings:
                    if _found(setting.value, inner.split(".")):
                        what = f"sets '{inner}', which the axis '{other}' sets as well"
                        findings.add(setting.path, what)


def _found(value: Any, keys: Sequence[str]) -> bool:
    """Return whether plain data have a value at a path of keys."""
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            return False
        value = value[key]
    return True


def _check_count(
    axes: Mapping[str, Sequence[Setting]], include: Sequence[Choice], findings: Findings
) -> None:
    count = prod(map(len, axes.values())) + len(include)
    if count > MOST:
        what = f"the lists make {count:,} combinations, and a matrix has at most {MOST:,}"
        findings.add((MATRIX,), what)


def _excluded(
    originals: Sequence[Choice],
    exclude: Sequence[Choice],
    axes: Mapping[str, Sequence[Setting]],
    findings: Findings,
) -> set[int]:
    """Return the positions of the combinations that `exclude` matches.

    Adds a fault for each of its items that matches none.
    """
    excluded: set[int] = set()
    for item in exclude:
        matched = {index for index, choice in enumerate(originals) if _matches(choice, item)}
        if not matched:
            _explain_exclude(item, axes, findings)
        excluded |= matched
    return excluded


def _matches(choice: Choice, item: Choice) -> bool:
    return all(key in choice and is_part(setting.value, choice[key].value) for key, setting in item.items())


def _explain_exclude(item: Choice, axes: Mapping[str, Sequence[Setting]], findings: Findings) -> None:
    """Add the faults of an item of `exclude` that matches no combination."""
    before = len(findings.faults)
    for key, setting in item.items():
        if key not in axes:
            fault = Fault(f"'{key}' is no axis", nearest=nearest(key, axes), allowed=tuple(axes))
            findings.add(setting.path[:-1], fault, said_at=setting.path)
        elif not any(is_part(setting.value, other.value) for other in axes[key]):
            findings.add(setting.path, _no_value(setting.value, axes[key]))
    if len(findings.faults) == before:
        first = next(iter(item.values()))
        findings.add(first.path[:-1], "matches no combination")


def _no_value(value: Any, settings: Sequence[Setting]) -> Fault:
    """Return the fault of a value in `exclude` that its axis does not have."""
    names = [
        each.value if isinstance(each.value, str) else each.value.get("use")
        for each in settings
        if isinstance(each.value, str | Mapping)
    ]
    if isinstance(value, str) and value in names:
        hint = f"{{use: {value}}} matches every section with this name."
        return Fault(f"the axis has the value '{value}' only with further keys", hint=hint)
    known = tuple(str(name) for name in names if name)
    close = nearest(value, known) if isinstance(value, str) else None
    return Fault(f"the axis has no value {_brief(value)}", nearest=close)


def _included(left: Sequence[Choice], include: Sequence[Choice], findings: Findings) -> list[Choice]:
    """Return the combinations with what `include` adds: further keys to those it matches, or a new one."""
    made, added = [dict(choice) for choice in left], []
    for item in include:
        matched = [index for index, choice in enumerate(left) if _extends(choice, item)]
        for index in matched:
            made[index] |= {key: item[key] for key in item if key not in left[index]}
        if not matched:
            added.append(dict(item))
        elif all(key in left[index] for index in matched for key in item):
            path = next(iter(item.values())).path[:-1]
            findings.add(path, "adds nothing: the matrix has this combination, and there is no further key")
    return [*made, *added]


def _extends(choice: Choice, item: Choice) -> bool:
    """Return whether an item of `include` changes no value of a combination."""
    return all(not _changes(choice, key, setting.value) for key, setting in item.items())


def _changes(choice: Choice, key: str, value: Any) -> bool:
    """Return whether a value differs from what a combination has at the key."""
    if key in choice:
        return not is_same(value, choice[key].value)
    return any(not is_same(value, inner) for inner in _values_at(choice, key))


def _values_at(choice: Choice, key: str) -> Iterator[Any]:
    """Yield what the sections of a combination say at a key inside of them."""
    for axis, setting in choice.items():
        if key.startswith(f"{axis}."):
            keys, value = key[len(axis) + 1 :].split("."), setting.value
            if _found(value, keys):
                for inner in keys:
                    value = value[inner]
                yield value
