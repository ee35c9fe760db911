"""What messages call a component of a recipe: its kind, name and plugin, and those of what stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from embedkit.plugin.provenance import DISTRIBUTION, canonical
from embedkit.recipe.build import within

if TYPE_CHECKING:
    from embedkit.plugin.registry import Component, Registry
    from embedkit.recipe.schema import AnyRecipe
    from embedkit.recipe.sections.section import ComponentSpec


def is_bundled(component: Component) -> bool:
    """Whether embedkit itself brings the component."""
    return canonical(component.plugin.distribution) == DISTRIBUTION


def components_within(registry: Registry, kind: str, spec: ComponentSpec) -> list[Component]:
    """The component that `spec` names, and those in its parameters, each once."""
    found = [registry.get(of_kind, inner.use) for _, of_kind, inner in within(registry, kind, kind, spec)]
    return [*{(component.kind, component.name): component for component in found}.values()]


def all_bundled(registry: Registry, kind: str, spec: ComponentSpec) -> bool:
    """Whether embedkit itself brings the component and all those in its parameters."""
    return all(map(is_bundled, components_within(registry, kind, spec)))


def distributions_of(registry: Registry, recipe: AnyRecipe) -> set[str]:
    """The distributions of all components of a recipe, those that it only names included."""
    used = [each for _, kind, spec in recipe.components() for each in _used(registry, kind, spec)]
    return {component.plugin.distribution for component in used}


def _used(registry: Registry, kind: str, spec: ComponentSpec) -> Iterator[Component]:
    """A component, those in its parameters, and those whose names its parameters are."""
    for _, of_kind, inner in within(registry, kind, kind, spec):
        component = registry.get(of_kind, inner.use)
        yield component
        for key, named in component.named.items():
            if inner.parameters.get(key) in registry.names(named):
                yield registry.get(named, inner.parameters[key])


def name_of(registry: Registry, kind: str, spec: ComponentSpec) -> str:
    """The component with its plugin and version; then those in its parameters that other plugins brought."""
    first, *inner = components_within(registry, kind, spec)
    others = [str(each) for each in inner if each.plugin.distribution != first.plugin.distribution]
    return f"{first}, made of {', '.join(others)}," if others else str(first)
