"""Names of a recipe's components in messages: kind, name and plugin, also of components in parameters."""

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
    """Return whether the component comes with embedkit itself."""
    return canonical(component.plugin.distribution) == DISTRIBUTION


def components_within(registry: Registry, kind: str, spec: ComponentSpec) -> list[Component]:
    """Return the component that `spec` names and all components in its parameters, each once."""
    found = [registry.get(of_kind, inner.use) for _, of_kind, inner in within(registry, kind, kind, spec)]
    return [*{(component.kind, component.name): component for component in found}.values()]


def all_bundled(registry: Registry, kind: str, spec: ComponentSpec) -> bool:
    """Return whether the component and all components in its parameters come with embedkit itself."""
    return all(map(is_bundled, components_within(registry, kind, spec)))


def distributions_of(registry: Registry, recipe: AnyRecipe) -> set[str]:
    """Return the distributions of all components of a recipe, including those that are only named."""
    used = [each for _, kind, spec in recipe.components() for each in _used(registry, kind, spec)]
    return {component.plugin.distribution for component in used}


def _used(registry: Registry, kind: str, spec: ComponentSpec) -> Iterator[Component]:
    """Yield a component, all components in its parameters, and components that its parameters name."""
    for _, of_kind, inner in within(registry, kind, kind, spec):
        component = registry.get(of_kind, inner.use)
        yield component
        for key, named in component.named.items():
            if inner.parameters.get(key) in registry.names(named):
                yield registry.get(named, inner.parameters[key])


def name_of(registry: Registry, kind: str, spec: ComponentSpec) -> str:
    """Return the component's name with plugin and version, then components of other plugins in it."""
    first, *inner = components_within(registry, kind, spec)
    others = [str(each) for each in inner if each.plugin.distribution != first.plugin.distribution]
    return f"{first}, made of {', '.join(others)}," if others else str(first)
