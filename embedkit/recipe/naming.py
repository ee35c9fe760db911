"""What messages call a component of a recipe: its kind, name and plugin, and those of what stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.provenance import canonical
from embedkit.recipe.build import within

if TYPE_CHECKING:
    from embedkit.recipe.sections.section import ComponentSpec
    from embedkit.registry import Component, Registry


OWN = "embedkit"
"""The distribution that brings the bundled components."""


def is_bundled(component: Component) -> bool:
    """Whether embedkit itself brings the component."""
    return canonical(component.plugin.distribution) == OWN


def components_within(registry: Registry, kind: str, spec: ComponentSpec) -> list[Component]:
    """The component that `spec` names, and those in its parameters, each once."""
    found = [registry.get(of_kind, inner.use) for _, of_kind, inner in within(registry, kind, kind, spec)]
    return [*{(component.kind, component.name): component for component in found}.values()]


def name_of(registry: Registry, kind: str, spec: ComponentSpec) -> str:
    """The component with its plugin and version; then those in its parameters that other plugins brought."""
    first, *inner = components_within(registry, kind, spec)
    others = [str(each) for each in inner if each.plugin.distribution != first.plugin.distribution]
    return f"{first}, made of {', '.join(others)}," if others else str(first)
