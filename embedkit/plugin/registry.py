"""From (kind, name) to a component: who registered it, which parameters it takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Any, TypeVar

from embedkit.errors import ComponentError, Fault, PluginError
from embedkit.hookspecs import KINDS, Register
from embedkit.interfaces.calling import Owner
from embedkit.interfaces.changes import heed
from embedkit.interfaces.flags import refuse_misspelt
from embedkit.plugin.manager import LoadedPlugins, Plugin, load_plugins, refuse_failures
from embedkit.plugin.provenance import DISTRIBUTION, canonical

if TYPE_CHECKING:
    from pydantic import BaseModel

T = TypeVar("T")

YAML_WORDS = ("true", "false", "yes", "no", "on", "off", "null")
"""Words that YAML 1.1 or 1.2 does not read as text."""

_NOT = ", ".join(YAML_WORDS)
LONGEST_NAME = 100

RENAMED = {
    ("embedding", "class-ratio"): "nb-log-ratio",
    ("embedding", "hiding"): "ablation",
    ("encoder", "columns"): "slice",
    ("encoder", "committee"): "ensemble",
}
"""Components by the kind and name that they had before, each with its name now."""


def describe_kind(kind: str) -> str:
    """Return the kind in prose: 'out-of-vocabulary policy' for 'oov', most other kinds unchanged."""
    return (kind in KINDS and KINDS[kind].described) or kind


@dataclass(frozen=True)
class Component:
    """A registered name, and the plugin it came with.

    `source` is the class, or where to import it from, such as `mypackage.tokenizers:Shout`.
    """

    kind: str
    name: str
    source: Callable[..., Any] | str
    plugin: Plugin

    @cached_property
    def factory(self) -> Callable[..., Any]:
        """Return the class, imported when it is first asked for.

        Raises ComponentError if it cannot be imported, has an attribute that misspells a flag, or uses what
        was removed from the contract.
        """
        if not isinstance(self.source, str):
            return self.source
        with Owner(str(self), joint=" ").calling(f"cannot be imported from '{self.source}':"):
            factory: Callable[..., Any] = EntryPoint(self.name, self.source, "").load()
            _check_class(self.kind, factory)
        return factory

    @cached_property
    def parameters(self) -> type[BaseModel]:
        """Return a pydantic model of the constructor's parameters.

        Raises ComponentError if a parameter cannot be passed by keyword, or is not annotated.
        """
        from embedkit.plugin.parameters import parameters_of

        return self._read_from_constructor(parameters_of)

    @cached_property
    def input_paths(self) -> frozenset[str]:
        """Return the names of the parameters for files or folders to be read."""
        from embedkit.plugin.parameters import input_paths

        return self._read_from_constructor(input_paths)

    @cached_property
    def input_folders(self) -> frozenset[str]:
        """Return the names of the parameters for folders to be read."""
        from embedkit.plugin.parameters import input_folders

        return self._read_from_constructor(input_folders)

    @cached_property
    def needs_trust(self) -> frozenset[str]:
        """Return the names of the parameters by which a recipe asks to run code in a file."""
        from embedkit.plugin.parameters import needs_trust

        return self._read_from_constructor(needs_trust)

    @cached_property
    def nested(self) -> Mapping[str, str]:
        """Return the parameters that take components, each with the kind of component."""
        from embedkit.plugin.parameters import nested_kinds

        return self._read_from_constructor(nested_kinds)

    @cached_property
    def named(self) -> Mapping[str, str]:
        """Return the parameters that take a component's name, each with the kind of component.

        The component is not made.
        """
        from embedkit.plugin.parameters import named_kinds

        return self._read_from_constructor(named_kinds)

    def _read_from_constructor(self, read: Callable[[Callable[..., Any]], T]) -> T:
        try:
            return read(self.factory)
        except Exception as error:  # an annotation may be anything
            raise ComponentError(Fault(str(error).partition("\n")[0], where=f"{self}")) from error

    def attributes_of(self, made: object) -> list[str]:
        """Return the public attributes of an object of the class, without those named like parameters."""
        parameters = self.parameters.model_fields
        return [name for name in getattr(made, "__dict__", ()) if name[:1] != "_" and name not in parameters]

    @property
    def bundled(self) -> bool:
        """Return whether the component comes with embedkit itself."""
        return canonical(self.plugin.distribution) == DISTRIBUTION

    @property
    def total(self) -> bool:
        """Return whether a policy answers for every word. Raises ComponentError if its class does not say."""
        total = getattr(self.factory, "total", None)
        if not isinstance(total, bool):
            what = "expected a class attribute 'total', True or False"
            raise ComponentError(Fault(what, where=f"{self}"))
        return total

    @property
    def summary(self) -> str:
        """Return the first line of the class's docstring; empty without one."""
        return (inspect.getdoc(self.factory) or "").partition("\n")[0]

    def __str__(self) -> str:
        return f"{describe_kind(self.kind)} '{self.name}' ({self.plugin})"


def refuse_name(kind: str, name: str) -> None:
    """Raise ValueError for a name that embedkit uses itself, or that is not a plain word in a recipe."""
    if name in KINDS[kind].built_in or name in KINDS[kind].reserved:
        raise ValueError(f"{describe_kind(kind)} '{name}' is embedkit's own")
    word = name.replace("-", "_").replace(".", "_").isidentifier() and name[0].isalpha()
    if not word or name.casefold() in YAML_WORDS or len(name) > LONGEST_NAME:
        what = f"takes at most {LONGEST_NAME} letters, digits and - _ ., a letter first, and not {_NOT}"
        raise ValueError(f"{describe_kind(kind)} {name!r:.120}: a component's name {what}")


def _check_class(kind: str, factory: Callable[..., Any]) -> None:
    """Warn of what is deprecated in a class; raise ValueError for what was removed, or a misspelt flag."""
    refuse_misspelt(kind, factory)
    heed(KINDS[kind].protocol, factory)


@dataclass(frozen=True)
class Registry:
    """Every component that the installed plugins registered.

    `trust`: whether the user consents to running code in files, such as pickles.
    """

    plugins: LoadedPlugins
    trust: bool = False
    _claims: dict[tuple[str, str], list[Component]] = field(default_factory=dict)

    @property
    def blocked(self) -> tuple[str, ...]:
        """Return the names of the plugins that are blocked, as `build_registry` takes them."""
        return tuple(plugin.name for plugin in self.plugins.plugins if plugin.state == "blocked")

    def names(self, kind: str) -> list[str]:
        """Return the names of the registered components of a kind, sorted."""
        return sorted(name for of_kind, name in self._claims if of_kind == kind)

    def components(self) -> list[Component]:
        """Return every registered component, sorted by kind and name, including names claimed twice."""
        return [component for key in sorted(self._claims) for component in self._claims[key]]

    def only_bundled(self) -> Registry:
        """Return a registry of the components that come with embedkit, whatever else is installed."""
        bundled = {key: [each for each in claims if each.bundled] for key, claims in self._claims.items()}
        return Registry(self.plugins, self.trust, {key: claims for key, claims in bundled.items() if claims})

    def get(self, kind: str, name: str, where: str | None = None, others: Iterable[str] = ()) -> Component:
        """Return the component of that kind and name; `others` are names of other kinds that may be meant.

        Raises PluginError for an unknown kind; for an unknown name, listing the plugins that failed or are
        blocked as suspects; for the former name of a component; and for a name that two plugins claim.
        """
        if kind not in KINDS:
            raise PluginError(Fault.unknown("kind of component", kind, KINDS, where=where))
        claims = self._claims.get((kind, name), [])
        if len(claims) == 1:
            return claims[0]
        if claims:
            claimants = " and ".join(str(claim.plugin) for claim in claims)
            blocks = " or ".join(f"-p no:{claim.plugin.name}" for claim in claims)
            what = f"{describe_kind(kind)} '{name}' is claimed by {claimants}"
            raise PluginError(Fault(what, where, hint=f"Block one of them: embedkit {blocks} …"))
        if renamed := RENAMED.get((kind, name)):
            what = f"{describe_kind(kind)} '{name}' is called '{renamed}' now"
            raise PluginError(Fault(what, where, hint=f"Write {renamed} in its place."))
        known = [*self.names(kind), *KINDS[kind].built_in, *others]
        raise PluginError(Fault.unknown(describe_kind(kind), name, known, where=where, hint=self.suspects()))

    def suspects(self) -> str | None:
        """Return one line of text for each plugin that may be the missing one; None if there is none.

        Such a plugin is not in use, or has registered no component. Without any plugin, the line says how to
        install them.
        """
        useful = {id(claim.plugin) for claims in self._claims.values() for claim in claims}
        idle = [p for p in self.plugins.plugins if p.state != "loaded"]
        barren = [p for p in self.plugins.plugins if p.state == "loaded" and id(p) not in useful]
        if not self.plugins.plugins:
            return (
                "No plugins are installed: install embedkit itself (pip install .), a bare checkout has none."
            )
        lines = [f"Not in use: {p} ({p.state}: {p.error})" for p in idle]
        lines += [f"Not in use: {p} (loaded, and registered no component)" for p in barren]
        return "\n    ".join(lines) or None

    def _register_for(self, kind: str, plugin: Plugin) -> Register:
        def register(name: str, factory: Callable[..., Any] | str) -> None:
            named = isinstance(factory, str) and EntryPoint.pattern.fullmatch(factory)
            if not isinstance(name, str) or not (callable(factory) or named):
                what = "takes a string and a class, or where to import it from, 'module:Class'"
                raise TypeError(f"register(name, factory) {what}, not ({name!r}, {factory!r})")
            refuse_name(kind, name)
            if not isinstance(factory, str):
                _check_class(kind, factory)
            claims = self._claims.setdefault((kind, name), [])
            if any(claim.plugin is plugin for claim in claims):
                raise ValueError(f"{describe_kind(kind)} '{name}' is registered twice")
            claims.append(Component(kind, name, factory, plugin))

        return register

    def fill(self) -> None:
        """Call the hooks of every plugin, so that it registers its components.

        A plugin that fails half-way leaves none behind.
        """
        for name, kind in KINDS.items():
            self.plugins.call(kind.hook, lambda plugin, name=name: self._register_for(name, plugin))  # type: ignore[misc]
        for key, claims in [*self._claims.items()]:
            self._claims[key] = [claim for claim in claims if claim.plugin.state == "loaded"]
            if not self._claims[key]:
                del self._claims[key]


def build_registry(blocked: Iterable[str] = (), trust: bool = False) -> Registry:
    """Load the installed plugins, except those `blocked`, and return a registry of their components.

    `trust` is the user's consent to run code in files. It comes from a command line or a caller, never from a
    file. Raises PluginError if `blocked` or EMBEDKIT_DISABLE_PLUGINS names no plugin or could mean several,
    and, with EMBEDKIT_STRICT_PLUGINS=1, if a plugin cannot be used; then also ComponentError for a class that
    cannot be imported.
    """
    registry = Registry(load_plugins(blocked), trust)
    registry.fill()
    if refuse_failures(registry.plugins.plugins):
        for component in registry.components():
            _ = component.factory
    return registry
