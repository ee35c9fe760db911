"""The distributions that bring plugins and commands, as requirements that pip can install again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedkit.errors import Fault, PluginError
from embedkit.plugin.origin import Origin
from embedkit.plugin.provenance import DISTRIBUTION, canonical

if TYPE_CHECKING:
    from embedkit.plugin.manager import LoadedPlugins, Plugin


@dataclass(frozen=True)
class FrozenDistribution:
    """A distribution, and those of its plugins that are not in use; it is `idle` if none of them is."""

    origin: Origin
    unused: tuple[Plugin, ...]
    idle: bool

    @property
    def notes(self) -> list[str]:
        """Return a line for each plugin that is not in use, with the reason."""
        return [f"not in use: {plugin} ({plugin.state}: {plugin.error})" for plugin in self.unused]

    def lines(self) -> Iterator[str]:
        """Yield its lines in a list of requirements: notes are comments, and so is an idle distribution."""
        if self.origin.editable:
            yield f"# editable: {self.origin.name}=={self.origin.version}"
        yield from (f"# {note}" for note in self.notes)
        yield f"# {self.origin.requirement}" if self.idle else self.origin.requirement

    def to_json(self) -> dict[str, object]:
        """Return it as plain data."""
        return {
            "distribution": self.origin.name,
            "version": self.origin.version,
            "requirement": self.origin.requirement,
            "in_use": not self.idle,
            "notes": self.notes,
        }


def freeze_plugins(loaded: LoadedPlugins) -> list[FrozenDistribution]:
    """Return embedkit itself and every distribution that brings plugins or commands, sorted by name.

    Raises PluginError if embedkit is not installed.
    """
    everything = [*loaded.plugins, *loaded.commands]
    owners = {canonical(plugin.distribution): plugin.distribution for plugin in everything}
    owners.setdefault(DISTRIBUTION, DISTRIBUTION)
    return [
        _frozen(name, [plugin for plugin in everything if canonical(plugin.distribution) == key])
        for key, name in sorted(owners.items())
    ]


def _frozen(name: str, plugins: list[Plugin]) -> FrozenDistribution:
    unused = tuple(plugin for plugin in plugins if plugin.state not in ("loaded", "installed"))
    idle = canonical(name) != DISTRIBUTION and len(unused) == len(plugins)
    return FrozenDistribution(_origin(name), unused, idle)


def _origin(name: str) -> Origin:
    origin = Origin.find(name)
    if origin is None:
        hint = "It runs from a bare checkout: pip install it, and pip can restore it."
        raise PluginError(Fault(f"{name} is not installed", hint=hint))
    return origin
