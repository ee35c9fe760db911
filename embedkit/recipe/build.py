"""From the spec of a component to the component: files found, consent checked, constructors called."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from embedkit.errors import ComponentError, Fault, RecipeError
from embedkit.hookspecs import KINDS
from embedkit.interfaces.calling import Owner
from embedkit.interfaces.changes import heed
from embedkit.interfaces.flags import RUNS_CODE, refuse_misspelt
from embedkit.plugin.registry import Component, Registry, build_registry
from embedkit.plugin.wrappers import wrap
from embedkit.recipe.document import Plain
from embedkit.recipe.frozen import thaw
from embedkit.recipe.paths import expand
from embedkit.recipe.sections.section import ComponentSpec, spec_of

CONSENT = (
    "If you trust where the file comes from, give the command --trust, or from Python trust=True; "
    "what a recipe says is no consent."
)


@dataclass(frozen=True)
class Part:
    """A component as a recipe names it: its kind, its spec and its key, such as `data.train`.

    The registry knows the class that the spec names. The parameters of a component may contain others.
    """

    registry: Registry
    kind: str
    spec: ComponentSpec
    where: str

    @cached_property
    def component(self) -> Component:
        """Return the registered component. Raises PluginError for an unknown name."""
        return self.registry.get(self.kind, self.spec.use, self.where)

    def walk(self) -> Iterator[Part]:
        """Yield this component and all components in its parameters, outermost first.

        The parameters of a component without a name, which a recipe with faults may have, are not searched.
        """
        yield self
        for name, kind in self.component.nested.items() if self.spec.use else ():
            for where, plain in _named(f"{self.where}.{name}", self.spec.parameters.get(name)):
                yield from self._inner(kind, plain, where).walk()

    def _inner(self, kind: str, plain: str | Plain, where: str) -> Part:
        return Part(self.registry, kind, spec_of(plain), where)

    def make(self, inner: Callable[[Part], Any] | None = None) -> Any:
        """Make the component, with file paths expanded, in the wrapper of its kind.

        `inner` makes the components in its parameters, by default as this method does. Raises PluginError for
        an unknown name, DataError for a missing file, RecipeError if it would run code without consent or
        finds its own parameters wrong, and ComponentError if its constructor raises or its class lacks the
        method of its kind.
        """
        return _construct(self.component, self._values(inner or Part.make), self.where)

    def make_bare(self) -> Any:
        """Make the component and those in its parameters without wrappers, for tests of the component itself.

        What its constructor raises and prints passes unchanged. Raises what `make` raises before that.
        """
        return self.component.factory(**self._values(Part.make_bare))

    def _values(self, make: Callable[[Part], Any]) -> Plain:
        """Return what the constructor is called with; `make` makes the components in it."""
        component = self.component
        checked = component.parameters.model_validate_json(json.dumps(thaw(self.spec.parameters)))
        values = {name: getattr(checked, name) for name in component.parameters.model_fields}
        if faults := [*_untrusted(self, values)]:
            raise RecipeError(*faults)
        for name in component.input_paths:
            values[name] = _expanded(values[name], f"{self.where}.{name}", name in component.input_folders)
        for name, kind in component.nested.items():
            values[name] = self._made(kind, values[name], f"{self.where}.{name}", make)
        return values

    def _made(self, kind: str, value: Any, where: str, make: Callable[[Part], Any]) -> Any:
        """Make the components in a parameter, alone or in lists; other values are returned as they are."""
        if isinstance(value, str | Mapping):
            return make(self._inner(kind, value, where))
        if isinstance(value, list | tuple):
            made = (self._made(kind, each, f"{where}.{i}", make) for i, each in enumerate(value))
            return type(value)(made)
        return value

    def untrusted(self) -> list[Fault]:
        """Return a fault for each way in which it would run code in files without the user's consent."""
        return [fault for part in self.walk() for fault in _untrusted(part, part.spec.parameters)]

    def files(self) -> list[tuple[str, Path]]:
        """Return the files that it reads, with their keys. Raises DataError for a missing file."""
        files: list[tuple[str, Path]] = []
        for part in self.walk():
            folders = part.component.input_folders
            for name in sorted(part.component.input_paths):
                texts = _texts(f"{part.where}.{name}", part.spec.parameters.get(name))
                files += [(at, expand(text, at, name in folders)) for at, text in texts]
        return files

    def reads_files(self) -> bool:
        """Return whether it, or a component in its parameters, is given files to read."""
        parts = self.walk()
        return any(part.spec.parameters.get(name) for part in parts for name in part.component.input_paths)

    @property
    def components(self) -> list[Component]:
        """Return the registered component and those of all components in its parameters, each once."""
        found = [part.component for part in self.walk()]
        return [*{(component.kind, component.name): component for component in found}.values()]

    @property
    def bundled(self) -> bool:
        """Return whether it and all components in its parameters come with embedkit itself."""
        return all(component.bundled for component in self.components)

    @property
    def named(self) -> list[Component]:
        """Return the components that its parameters, and those of components in them, name without making."""
        return [
            self.registry.get(kind, part.spec.parameters[key])
            for part in self.walk()
            for key, kind in part.component.named.items()
            if part.spec.parameters.get(key) in self.registry.names(kind)
        ]

    def __str__(self) -> str:
        """Return its name with plugin and version, then components of other plugins in its parameters."""
        first, *inner = self.components
        others = [str(each) for each in inner if each.plugin.distribution != first.plugin.distribution]
        return f"{first}, made of {', '.join(others)}," if others else str(first)


def make_component(kind: str, name: str, /, **parameters: Any) -> Any:
    """Make an installed component and wrap it as a recipe does, for commands and tests of plugins.

    Raises PluginError for an unknown name, pydantic's ValidationError for parameters that its constructor
    does not take, and what a recipe with this component raises.
    """
    return Part(build_registry(), kind, spec_of({"use": name, **parameters}), f"{kind} '{name}'").make()


def _untrusted(part: Part, values: Plain) -> Iterator[Fault]:
    """Yield a fault for each way in which a component with the parameters `values` runs code unasked."""
    if part.registry.trust:
        return
    component = part.component
    if RUNS_CODE.of(component.factory):
        yield Fault(f"{component} runs code that is in its files", where=part.where, hint=CONSENT)
    for name in sorted(component.needs_trust):
        if values.get(name):
            what = f"{component} is to run code that is in its file, and nobody has consented"
            yield Fault(what, where=f"{part.where}.{name}", hint=CONSENT)


def _named(where: str, value: Any) -> Iterator[tuple[str, str | Plain]]:
    """Yield the components that stand in a parameter, as plain data, each with its key."""
    if isinstance(value, str | Mapping):
        yield where, value
    elif isinstance(value, tuple):
        yield from ((f"{where}.{index}", item) for index, item in enumerate(value))


def _texts(where: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the file names in a parameter, which may nest lists and mappings, each with its key."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        yield from chain.from_iterable(_texts(f"{where}.{key}", inner) for key, inner in value.items())
    elif isinstance(value, list | tuple):
        yield from chain.from_iterable(_texts(f"{where}.{i}", inner) for i, inner in enumerate(value))


def _expanded(value: Any, where: str, folder: bool) -> Any:
    if isinstance(value, str):
        return str(expand(value, where, folder))
    if isinstance(value, Mapping):
        return {key: _expanded(item, f"{where}.{key}", folder) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_expanded(item, where, folder) for item in value)
    return value


def _construct(component: Component, values: Plain, where: str) -> Any:
    method = KINDS[component.kind].method
    owner = Owner(str(component), where, hint=None, joint=" ")
    with owner.calling("could not be made:"):
        made = component.factory(**values)
        refuse_misspelt(component.kind, component.factory, component.attributes_of(made))
        heed(KINDS[component.kind].protocol, made, heeded=component.factory)
        has_method = callable(getattr(made, method, None))
    if not has_method:
        what = f"{component} has no method '{method}'"
        raise ComponentError(Fault(what, where=where))
    if callable(getattr(made, "check", None)):
        with owner.calling("check() raised"):
            faults = [Fault(each) if isinstance(each, str) else each for each in made.check()]
        if faults:
            raise RecipeError(*(_at(fault, where) for fault in faults))
    return wrap(component, made, where)


def _at(fault: Fault, where: str) -> Fault:
    """Return a fault that a component found in itself, at its key or, if it names one, at a parameter's."""
    return replace(fault, where=f"{where}.{fault.where}" if fault.where else where)
