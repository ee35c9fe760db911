"""From components as a recipe writes them to specs: names found, parameters checked, defaults filled in."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError

from embedkit.errors import EmbedkitError, Fault, PluginError
from embedkit.hookspecs import KINDS
from embedkit.interfaces.calling import described
from embedkit.plugin.registry import Component, Registry
from embedkit.recipe.build import Part
from embedkit.recipe.document import Findings, KeyPath, Plain, describe, dotted
from embedkit.recipe.paths import absolute
from embedkit.recipe.schema import EmbeddingSpec
from embedkit.recipe.sections.data import Share
from embedkit.recipe.sections.section import ComponentSpec
from embedkit.recipe.slots import SHARES, SLOTS, Slot
from embedkit.recipe.validation_faults import explain

if TYPE_CHECKING:
    from embedkit.recipe.text_encoder import TextEncoderSpec

log = logging.getLogger(__name__)

Parameters = dict[str, Any]
"""Parameters of a component, as plain data."""

_NAMELESS = "expected a name, or a mapping with 'use'"


@dataclass(frozen=True)
class Resolver:
    """Turns each component of a recipe, as it is written, into its spec, and adds faults to `findings`.

    `trains`: whether the recipe trains a model, so that other splits can be a share of the training split,
    and the embedding has a matrix with rows, or a text encoder layers, to be trained. `slots` says where
    components stand in it.
    """

    registry: Registry
    findings: Findings
    trains: bool = True
    slots: Mapping[KeyPath, Slot] = field(default_factory=lambda: SLOTS)

    def slot(self, path: KeyPath, written: Any) -> Any:
        """Return the components written at `path`: one spec or a tuple of specs, a share or None.

        Anything but a list, where a list of components belongs, is returned as it is.
        """
        slot = self.slots[path]
        if written is None and slot.optional:
            return None
        if slot.many:
            items = enumerate(written if isinstance(written, list) else ())
            specs = tuple(self.resolve(slot.kind, (*path, index), item) for index, item in items)
            return specs if isinstance(written, list) else written
        if self.trains and path in SHARES:
            if written is None:
                return None
            if isinstance(written, Mapping) and "share" in written:
                return self._share(path, written)
        return self.resolve(slot.kind, path, written)

    def _share(self, path: KeyPath, written: Plain) -> Share | None:
        try:
            return Share.model_validate(written)
        except ValidationError as error:
            explain(error, written, path, {(): [*Share.model_fields]}, self.findings)
            return None

    def resolve(self, kind: str, path: KeyPath, written: Any) -> ComponentSpec:
        """Return the spec of the component of `kind` at `path`, and add a fault for everything wrong with it.

        If the component is not known, the spec has no name. A component that reads no files is also made, so
        that keys that do not go together are found at once.
        """
        faults = len(self.findings.faults)
        said = {"use": written} if isinstance(written, str) else written
        core: Parameters = {}
        if isinstance(said, Mapping):
            core = {key: said[key] for key in self._core_keys(kind, path) if key in said}
            said = {key: value for key, value in said.items() if key not in core}
        component = self._component(kind, path, said)
        parameters = self._parameters(component, path, said) if component else {}
        spec = self._spec(
            kind, path, ComponentSpec(use=component.name if component else "", parameters=parameters), core
        )
        if len(self.findings.faults) == faults:
            self._make(path, Part(self.registry, kind, spec, dotted(path)))
        return spec

    def _make(self, path: KeyPath, part: Part) -> None:
        """Make a component to find its faults, unless it reads files or would run code nobody consented to.

        The commands that make components say so then.
        """
        if part.reads_files() or part.untrusted():
            return
        try:
            part.make()
        except EmbedkitError as error:
            for fault in error.faults:
                self.findings.add((*path, *_keys_below(part.where, fault.where)), fault)

    def _component(self, kind: str, path: KeyPath, said: Any) -> Component | None:
        if not isinstance(said, Mapping):
            self.findings.add(path, f"{_NAMELESS}, got {describe(said)}")
        elif kind == "reader" and "use" not in said and "share" in said:
            self.findings.add(path, "expected a reader, got a share of the training split")
        elif "use" not in said:
            self.findings.add(path, Fault("missing key 'use'", hint=self._names(kind)))
        elif not isinstance(said["use"], str):
            self.findings.add((*path, "use"), f"expected a text, got {describe(said['use'])}")
        else:
            return self._registered(kind, path, said["use"], (*path, "use"))
        return None

    def _registered(
        self, kind: str, path: KeyPath, name: str, said_at: KeyPath | None = None
    ) -> Component | None:
        trained = self.trains and path == ("embedding",)
        others = self.registry.names("text-encoder") if trained and kind == "embedding" else ()
        if name in others and name in self.registry.names(kind):
            both = (self.registry.get(of, name).plugin for of in (kind, "text-encoder"))
            plugins = " and a text encoder of ".join(map(str, both))
            hint = "Block one of the plugins: embedkit -p no:NAME …"
            what = f"'{name}' is the name of two things, an embedding of {plugins}"
            self.findings.add(path, Fault(what, hint=hint), said_at=said_at)
        try:
            return self.registry.get(kind, name, others=others)
        except PluginError as error:
            for fault in error.faults:
                self.findings.add(path, fault, said_at=said_at)
        return None

    def _names(self, kind: str) -> str:
        return f"It names one of: {', '.join(self.registry.names(kind))}."

    def _parameters(self, component: Component, path: KeyPath, said: Plain) -> Parameters:
        """Return the parameters, defaults filled in, input paths absolute; empty, with faults, if invalid."""
        given = {key: value for key, value in said.items() if key != "use"}
        inner = {
            name: self._nested(kind, (*path, name), given[name])
            for name, kind in component.nested.items()
            if name in given
        }
        try:
            # Checked as the JSON it could be, a list may stand for a tuple, an integer for a float.
            checked = component.parameters.model_validate_json(json.dumps(given))
        except ValidationError as error:
            known = [*component.parameters.model_fields, *self._core_keys(component.kind, path)]
            explain(error, given, path, {(): known}, self.findings)
            return {}
        self._check_names(component, path, given)
        _warn_of_unused(component, path, given)
        values = self._complete(component, path, checked)
        for name in component.input_paths & values.keys():
            values[name] = self._absolute(values[name], (*path, name))
        return values | inner

    def _complete(self, component: Component, path: KeyPath, checked: BaseModel) -> Parameters:
        """Return the parameters and defaults as plain data; empty, with a fault, if a default is invalid."""
        try:
            values = checked.model_dump(mode="json", warnings=False)
            component.parameters.model_validate_json(json.dumps(values))
        except ValidationError as error:
            names = dict.fromkeys(str(detail["loc"][0]) for detail in error.errors(include_url=False))
            for name in names:
                what = f"the default of '{name}', {describe(values[name])}, is not what its annotation allows"
                self._blame(component, path, what)
        except (PydanticSerializationError, TypeError) as error:
            self._blame(component, path, f"a default is no plain data: {described(error)}")
        else:
            return values
        return {}

    def _blame(self, component: Component, path: KeyPath, what: str) -> None:
        """Add a fault of the component itself, whatever the recipe says."""
        self.findings.add(path, f"{component}: {what}")

    def _check_names(self, component: Component, path: KeyPath, given: Plain) -> None:
        for key, kind in component.named.items():
            default = component.parameters.model_fields[key].default
            name = given.get(key, default)
            if name != default and name not in KINDS[kind].built_in:
                self._registered(kind, (*path, key), name)

    def _nested(self, kind: str, path: KeyPath, written: Any) -> Any:
        """Return the components in a parameter, resolved and turned back into plain data."""
        if isinstance(written, list):
            return [self._nested(kind, (*path, index), item) for index, item in enumerate(written)]
        return self.resolve(kind, path, written).to_plain() if isinstance(written, str | Mapping) else written

    def _absolute(self, value: Any, path: KeyPath) -> Any:
        if isinstance(value, list):
            return [self._absolute(item, (*path, index)) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return {key: self._absolute(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, str):
            return absolute(value, self.findings.document.origin(path).base)
        return value

    def _spec(self, kind: str, path: KeyPath, spec: ComponentSpec, core: Parameters) -> ComponentSpec:
        """Return `spec` with the keys that belong to the recipe, if there are such keys at `path`."""
        if not self._core_keys(kind, path):
            return spec
        own = _spec_of_kind(kind)
        try:
            return own(use=spec.use, parameters=spec.parameters, **core)
        except ValidationError as error:
            from embedkit.recipe.text_encoder import Last

            explain(error, core, path, {("trainable",): [*Last.model_fields]}, self.findings)
            return own(use=spec.use, parameters={})

    def _core_keys(self, kind: str, path: KeyPath) -> tuple[str, ...]:
        """Return the keys of the component at `path` that belong to the recipe, not to its parameters."""
        if not self.trains or path != ("embedding",):
            return ()
        return tuple(_spec_of_kind(kind).__annotations__)


def _spec_of_kind(kind: str) -> type[EmbeddingSpec] | type[TextEncoderSpec]:
    """Return the spec of the section `embedding` for the kind of component that it names."""
    if kind != "text-encoder":
        return EmbeddingSpec
    from embedkit.recipe.text_encoder import TextEncoderSpec

    return TextEncoderSpec


def _warn_of_unused(component: Component, path: KeyPath, given: Plain) -> None:
    """Warn of parameters that a recipe gives to a component whose code makes no use of them."""
    if given and not component.bundled:
        from embedkit.plugin.unused import unused_parameters

        for name in unused_parameters(component.factory):
            if name in given:
                log.warning("%s: %s: nothing in its code reads '%s'", dotted(path), component, name)


def _keys_below(where: str, named: str | None) -> Iterator[str | int]:
    """Yield the keys of `named`, such as `encoder.layers.0`, below `where`, such as `encoder`."""
    if named and named.startswith(f"{where}."):
        for key in named[len(where) + 1 :].split("."):
            yield int(key) if key.isdecimal() else key
