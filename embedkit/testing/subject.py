"""What the checks try: one component of an installed plugin, made as a recipe makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from embedkit.plugin.registry import Component, Registry
from embedkit.recipe.build import Part
from embedkit.recipe.sections.section import spec_of
from embedkit.testing.comparing import comparable
from embedkit.testing.exercise import Exercise


@dataclass(frozen=True)
class Subject:
    """A component under test, and the parameters that the checks make it with.

    `exercise` is the ordinary work of its kind. `passed` has the ids of
    the checks tried so far, each with whether it passes.
    """

    registry: Registry
    component: Component
    parameters: Mapping[str, Any] = field(default_factory=dict)
    exercise: Exercise | None = None
    passed: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def kind(self) -> str:
        """Return the kind of the component, such as `tokenizer`."""
        return self.component.kind

    @property
    def name(self) -> str:
        """Return the name of the component, as recipes use it."""
        return self.component.name

    @cached_property
    def part(self) -> Part:
        """Return the component as a recipe names it."""
        spec = spec_of({"use": self.name, **self.parameters})
        return Part(self.registry, self.kind, spec, f"{self.kind} '{self.name}'")

    def wrapped(self) -> Any:
        """Make the component as a recipe does, in the wrapper that checks what its methods return.

        Raises what a recipe with this component raises.
        """
        return self.part.make()

    def make(self) -> Any:
        """Make the component without the wrapper, and return the plugin's own object.

        Components in its parameters are without wrappers too. Raises what the constructor raises; what it
        prints, and the random numbers that it draws, are not hidden.
        """
        return self.part.make_bare()

    def arguments(self, number: int = 0) -> Any:
        """Make the arguments of the exercise: 0 or 1, two different ones."""
        assert self.exercise is not None, "checks that are exercised are for kinds with an exercise"
        return self.exercise.arguments(number)

    def work(self, made: Any, arguments: Any) -> Any:
        """Put `made`, an object of this component, to work; return what it gives as `comparable` does."""
        assert self.exercise is not None, "checks that are exercised are for kinds with an exercise"
        return comparable(self.exercise.work(made, arguments))

    def __str__(self) -> str:
        """Return kind and name, such as `tokenizer shout`."""
        return f"{self.kind} {self.name}"
