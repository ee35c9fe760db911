"""From a recipe to components: files found, constructors called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from embedkit.errors import ComponentError, EmbedkitError, Fault
from embedkit.hookspecs import VERB_OF_KIND
from embedkit.recipe.paths import expand
from embedkit.recipe.schema import AnyRecipe, ComponentSpec, thaw
from embedkit.registry import Component, Registry


def build_component(registry: Registry, kind: str, spec: ComponentSpec, where: str) -> Any:
    """The component that `spec` names, made with its parameters, files expanded.

    `where` is the component's key in the recipe, such as `data.train`, for messages. Raises PluginError for
    an unknown name, DataError for a file that is not there, ComponentError for a constructor that raises and
    for a class without the method of its kind.
    """
    component = registry.get(kind, spec.use, where)
    checked = component.parameters.model_validate_json(json.dumps(thaw(spec.parameters)))
    values = {name: getattr(checked, name) for name in component.parameters.model_fields}
    for name in component.input_paths:
        values[name] = _expanded(values[name], f"{where}.{name}")
    return _construct(component, values, where)


def input_files(registry: Registry, recipe: AnyRecipe) -> list[tuple[str, Path]]:
    """Every file that the components read, by its key such as `data.train.path`. Raises DataError."""
    files: list[tuple[str, Path]] = []
    for where, kind, spec in recipe.components():
        for name in sorted(registry.get(kind, spec.use, where).input_paths):
            value = spec.parameters.get(name)
            texts = value if isinstance(value, tuple) else [value] if value is not None else []
            files += [(f"{where}.{name}", expand(text, f"{where}.{name}")) for text in texts]
    return files


def _expanded(value: Any, where: str) -> Any:
    if isinstance(value, str):
        return str(expand(value, where))
    if isinstance(value, list | tuple):
        return type(value)(_expanded(item, where) for item in value)
    return value


def _construct(component: Component, values: dict[str, Any], where: str) -> Any:
    try:
        made = component.factory(**values)
    except EmbedkitError:
        raise
    except Exception as error:
        what = f"{component} could not be made: {type(error).__name__}: {error}"
        raise ComponentError(Fault(what, where=where)) from error
    verb = VERB_OF_KIND[component.kind]
    if not callable(getattr(made, verb, None)):
        raise ComponentError(Fault(f"{component} has no method '{verb}'", where=where))
    return made
