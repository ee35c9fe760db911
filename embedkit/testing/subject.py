"""What the checks try: one component of an installed plugin, made as a recipe makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from embedkit.plugin.registry import Component, Registry
from embedkit.recipe.build import Part
from embedkit.recipe.sections.section import spec_of


@dataclass(frozen=True)
class Subject:
    """A component under test, and the parameters that the checks make it with."""

    registry: Registry
    component: Component
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Return the kind of the component, such as `tokenizer`."""
        return self.component.kind

    @property
    def name(self) -> str:
        """Return the name of the component, as recipes use it."""
        return self.component.name

    def wrapped(self) -> Any:
        """Make the component as a recipe does, in the wrapper that checks what its methods return.

        Raises what a recipe with this component raises.
        """
        spec = spec_of({"use": self.name, **self.parameters})
        return Part(self.registry, self.kind, spec, f"{self.kind} '{self.name}'").make()

    def make(self) -> Any:
        """Make the component as a recipe does, without the wrapper. Raises as `wrapped` does."""
        made = self.wrapped()
        return getattr(made, "_made", made)

    def __str__(self) -> str:
        """Return kind and name, such as `tokenizer shout`."""
        return f"{self.kind} {self.name}"
