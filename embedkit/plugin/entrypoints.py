"""Installed plugins by their metadata alone: entry points, which are blocked, which are compatible.

Nothing is imported but the object that an entry point names, in `load_entry`.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from embedkit import __version__
from embedkit.errors import Fault, PluginError
from embedkit.plugin.provenance import COMMAND_GROUP, DISTRIBUTION, GROUP, NAMESAKE, Plugin, canonical

DISABLE = "EMBEDKIT_DISABLE_PLUGINS"


def discover(blocked: Iterable[str] = ()) -> list[Plugin]:
    """Find every installed plugin and command, sorted by distribution and entry, without importing any.

    The state is `blocked` for those named in `blocked` or in the environment variable
    EMBEDKIT_DISABLE_PLUGINS (separated by commas). A name is a distribution, an entry or
    `distribution:entry`, and stands for plugins and commands alike. Raises PluginError for a name that fits
    nothing, or more than one thing.
    """
    plugins = _installed()
    for name in blocked:
        _block(name, plugins, "blocking plugins")
    for name in filter(None, map(str.strip, os.environ.get(DISABLE, "").split(","))):
        _block(name, plugins, DISABLE)
    return plugins


def _installed() -> list[Plugin]:
    """Return the plugins of both entry-point groups, sorted by distribution and entry.

    If two distributions of the same name have any, those of the first one on the path count, as in
    `importlib.metadata.version`: the other may be what an interrupted installation left.
    """
    found: dict[str, list[Plugin]] = {}
    for distribution in importlib.metadata.distributions():
        # Most distributions have neither group: to read their entry points would take twice as long.
        listed = distribution.read_text("entry_points.txt") or ""
        if any(f"[{group}]" in listed for group in (GROUP, COMMAND_GROUP)):
            name, version, requires = _metadata(distribution)
            entries = [each for each in distribution.entry_points if each.group in (GROUP, COMMAND_GROUP)]
            own = [Plugin(name, version, each.name, each.value, each.group, requires) for each in entries]
            found.setdefault(canonical(name), own)
    plugins = [plugin for own in found.values() for plugin in own]
    return sorted(plugins, key=lambda plugin: (canonical(plugin.distribution), plugin.entry))


def _metadata(distribution: importlib.metadata.Distribution) -> tuple[str, str, tuple[str, ...]]:
    """Return the name, the version and the requirements of a distribution."""
    metadata = distribution.metadata
    return metadata["Name"], metadata["Version"], tuple(metadata.get_all("Requires-Dist") or ())


def _block(name: str, plugins: Sequence[Plugin], where: str) -> None:
    chosen = plugins_called(name, plugins, where)
    for plugin in plugins:
        if plugin.name in chosen:
            plugin.fail("blocked", f"by '{name}'" + (f" in {DISABLE}" if where == DISABLE else ""))


def plugins_called(name: str, plugins: Sequence[Plugin], where: str) -> frozenset[str]:
    """Return the names (`distribution:entry`) of the plugins and commands that `name` stands for.

    Raises PluginError if it fits no plugin, or could mean several.
    """
    distribution, colon, entry = name.partition(":")
    full = canonical(distribution) + colon + entry
    exact = {p.name for p in plugins if f"{canonical(p.distribution)}:{p.entry}" == full}
    of_distribution = {p.name for p in plugins if canonical(p.distribution) == canonical(name)}
    meanings = {frozenset(exact), frozenset(of_distribution)} - {frozenset()}
    meanings |= {frozenset({p.name}) for p in plugins if p.entry == name}
    if not meanings:
        known = {p.distribution for p in plugins} | {p.entry for p in plugins}
        raise PluginError(Fault.unknown("plugin", name, known, where=where))
    if len(meanings) > 1:
        names = tuple(sorted(frozenset().union(*meanings)))
        raise PluginError(Fault(f"'{name}' could mean several plugins", where, allowed=names))
    return meanings.pop()


def load_entry(plugin: Plugin) -> Any:
    """Load the object that `plugin` names, unless it is blocked or requires another embedkit.

    Returns None if it cannot be loaded: the state and error of the plugin then say why.
    """
    refuse_incompatible(plugin)
    if plugin.state != "installed":
        return None
    with plugin.held_responsible():
        return importlib.metadata.EntryPoint(plugin.entry, plugin.module, plugin.group).load()
    return None


def refuse_incompatible(plugin: Plugin) -> None:
    """Record a plugin as not in use if it requires another embedkit, or its requirements cannot be read."""
    if plugin.state == "installed":
        with plugin.held_responsible():
            unmet = _unmet_requirement(plugin.requires)
            if unmet:
                plugin.fail("incompatible", unmet)


@cache
def _unmet_requirement(requires: tuple[str, ...]) -> str | None:
    """Return a sentence on the first requirement of embedkit that is not met; None if all are.

    It is read from metadata, before any of the distribution is imported, and once for all of its plugins. A
    requirement of NAMESAKE, which is another project, is never met.
    """
    for text in requires:
        found = re.match(r"[\w.-]*", text)
        name = canonical(found[0]) if found else ""
        if name == DISTRIBUTION and not _is_met(text):
            return f"it requires {text}, and {DISTRIBUTION} {__version__} is installed"
        if name == NAMESAKE and _applies(text):
            return f"it requires {text}, which is another project: this one is {DISTRIBUTION}"
    return None


def _is_met(text: str) -> bool:
    from packaging.requirements import Requirement

    return not _applies(text) or Requirement(text).specifier.contains(__version__, prereleases=True)


def _applies(text: str) -> bool:
    from packaging.requirements import Requirement

    marker = Requirement(text).marker
    return marker is None or marker.evaluate({"extra": ""})
