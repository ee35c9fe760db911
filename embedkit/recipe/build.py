"""From a recipe to components: files found, constructors called."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from embedkit.errors import ComponentError, Fault, RecipeError
from embedkit.hookspecs import VERB_OF_KIND
from embedkit.interfaces.calling import Owner
from embedkit.plugin.registry import Component, Registry, build_registry
from embedkit.plugin.verbs import wrap
from embedkit.recipe.consent import untrusted
from embedkit.recipe.paths import expand
from embedkit.recipe.schema import AnyRecipe
from embedkit.recipe.sections.section import ComponentSpec, spec_of, thaw


def build_component(registry: Registry, kind: str, spec: ComponentSpec, where: str) -> Any:
    """Make the component that `spec` names, with file paths expanded, in the wrapper of its kind.

    `where` is the component's key in the recipe, such as `data.train`, for messages. Raises PluginError for
    an unknown name, DataError for a missing file, RecipeError if it would run code without consent, and
    ComponentError if its constructor raises or its class lacks the method of its kind.
    """
    component = registry.get(kind, spec.use, where)
    checked = component.parameters.model_validate_json(json.dumps(thaw(spec.parameters)))
    values = {name: getattr(checked, name) for name in component.parameters.model_fields}
    if faults := [*untrusted(registry, component, values, where)]:
        raise RecipeError(*faults)
    for name in component.input_paths:
        values[name] = _expanded(values[name], f"{where}.{name}", name in component.input_folders)
    for name, inner in component.nested.items():
        values[name] = _built(registry, inner, values[name], f"{where}.{name}")
    return _construct(component, values, where)


def make_component(kind: str, name: str, /, **parameters: Any) -> Any:
    """Make an installed component and wrap it as a recipe does, for commands and tests of plugins.

    Raises PluginError for an unknown name, pydantic's ValidationError for parameters that its constructor
    does not take, and what `build_component` raises.
    """
    return build_component(build_registry(), kind, spec_of({"use": name, **parameters}), f"{kind} '{name}'")


def refuse_untrusted(registry: Registry, recipe: AnyRecipe) -> None:
    """Raise RecipeError, naming every key, if code in files would run and nobody has consented."""
    faults = [
        fault
        for key, of_kind, written in recipe.components()
        for where, kind, spec in within(registry, key, of_kind, written)
        for fault in untrusted(registry, registry.get(kind, spec.use, where), spec.parameters, where)
    ]
    if faults:
        raise RecipeError(*faults)


def input_files(registry: Registry, recipe: AnyRecipe) -> list[tuple[str, Path]]:
    """Return every file that the recipe reads, with its key such as `data.train.path`.

    Raises DataError for a missing file.
    """
    files = [
        file
        for where, kind, spec in recipe.components()
        for file in component_files(registry, where, kind, spec)
    ]
    return files + [(where, expand(text, where)) for where, text in recipe.files()]


def component_files(
    registry: Registry, key: str, of_kind: str, component: ComponentSpec
) -> list[tuple[str, Path]]:
    """Return the files read by the component at `key` and by components in its parameters, with their keys.

    Raises DataError for a missing file.
    """
    files: list[tuple[str, Path]] = []
    for where, kind, spec in within(registry, key, of_kind, component):
        named = registry.get(kind, spec.use, where)
        for name in sorted(named.input_paths):
            texts = _texts(f"{where}.{name}", spec.parameters.get(name))
            files += [(at, expand(text, at, name in named.input_folders)) for at, text in texts]
    return files


def _texts(where: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the file names in a parameter, which may nest lists and mappings, each with its key."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(f"{where}.{key}", inner)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _texts(f"{where}.{index}", inner)


def reads_files(registry: Registry, kind: str, spec: ComponentSpec) -> bool:
    """Return whether the component that `spec` names, or one in its parameters, is given files to read."""
    inside = within(registry, "", kind, spec)
    return any(
        each.parameters.get(name)
        for _, of_kind, each in inside
        for name in registry.get(of_kind, each.use).input_paths
    )


def within(
    registry: Registry, where: str, kind: str, spec: ComponentSpec
) -> Iterator[tuple[str, str, ComponentSpec]]:
    """Yield the component and all components in its parameters, as (key, kind, spec).

    The parameters of a component without a name, which a recipe with faults may have, are not searched.
    """
    yield where, kind, spec
    for name, inner in registry.get(kind, spec.use, where).nested.items() if spec.use else ():
        value = spec.parameters.get(name)
        named = {f"{where}.{name}": value} if isinstance(value, str | Mapping) else {}
        if isinstance(value, tuple):
            named = {f"{where}.{name}.{index}": item for index, item in enumerate(value)}
        for at, plain in named.items():
            yield from within(registry, at, inner, spec_of(plain))


def _built(registry: Registry, kind: str, value: Any, where: str) -> Any:
    """Make the components in a parameter, alone or in lists; other values are returned as they are."""
    if isinstance(value, str | Mapping):
        return build_component(registry, kind, spec_of(value), where)
    if isinstance(value, list | tuple):
        return type(value)(_built(registry, kind, each, f"{where}.{i}") for i, each in enumerate(value))
    return value


def _expanded(value: Any, where: str, folder: bool) -> Any:
    if isinstance(value, str):
        return str(expand(value, where, folder))
    if isinstance(value, Mapping):
        return {key: _expanded(item, f"{where}.{key}", folder) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_expanded(item, where, folder) for item in value)
    return value


def _construct(component: Component, values: dict[str, Any], where: str) -> Any:
    with Owner(str(component), where, hint=None, joint=" ").calling("could not be made:"):
        made = component.factory(**values)
        has_verb = callable(getattr(made, VERB_OF_KIND[component.kind], None))
    if not has_verb:
        what = f"{component} has no method '{VERB_OF_KIND[component.kind]}'"
        raise ComponentError(Fault(what, where=where))
    return wrap(component, made, where)
