"""What the checks try: one component of an installed plugin, made as a recipe makes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from embedkit.interfaces.calling import described
from embedkit.plugin.registry import Component, Registry
from embedkit.recipe.build import Part
from embedkit.recipe.document import describe
from embedkit.recipe.sections.section import spec_of
from embedkit.testing.comparing import comparable
from embedkit.testing.exercise import Exercise
from embedkit.testing.imports import ImportReport, import_report


@dataclass(frozen=True)
class Subject:
    """A component under test, and the parameters that the checks make it with.

    `exercise` is the ordinary work of its kind; `sample` is a file of a vector format. `passed` has the ids
    of the checks tried so far, each with whether it passes.
    """

    registry: Registry
    component: Component
    parameters: Mapping[str, Any] = field(default_factory=dict)
    exercise: Exercise | None = None
    sample: Path | None = None
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

    def import_report(self) -> ImportReport:
        """Return what the import of its plugin, and of its class, does in a new process."""
        source = self.component.source
        own = (source,) if isinstance(source, str) else ()
        return import_report(*dict.fromkeys((self.component.plugin.module, *own)))

    def load(self) -> Callable[..., Any]:
        """Return the class, imported as its plugin says, and not yet checked for misspelt flags."""
        source = self.component.source
        return EntryPoint(self.name, source, "").load() if isinstance(source, str) else source

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

    def default_faults(self) -> list[str]:
        """Return a sentence for each default that its annotation does not allow, or that is no plain data."""
        from pydantic import ValidationError
        from pydantic_core import PydanticSerializationError

        model = self.component.parameters
        values: Mapping[str, Any] = {}
        try:
            checked = model.model_validate_json(json.dumps(self.parameters))
            values = checked.model_dump(mode="json", warnings=False)
            model.model_validate_json(json.dumps(values))
        except ValidationError as error:
            names = dict.fromkeys(str(detail["loc"][0]) for detail in error.errors(include_url=False))
            return [f"{name} is {describe(values.get(name))} by default" for name in names]
        except (PydanticSerializationError, TypeError) as error:
            return [f"a default is no plain data: {described(error)}"]
        return []

    def __str__(self) -> str:
        """Return kind and name, such as `tokenizer shout`."""
        return f"{self.kind} {self.name}"


class CommandSubject(Subject):
    """A command under test; its component is the entry of the group `embedkit.commands`."""

    def import_report(self) -> ImportReport:
        """Return what the import of the command does in a new process."""
        return import_report(self.component.plugin.module)

    def wrapped(self) -> Any:
        """Return the command, as `embedkit` imports it."""
        return self.load()

    def make(self) -> Any:
        """Return the command."""
        return self.load()
