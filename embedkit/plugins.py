"""From entry points to a plugin manager, with provenance, isolation and blocking.

Every plugin, bundled or not, comes in through the entry-point group `embedkit`. What goes wrong with one is
recorded with its distribution and version and takes nobody else down.
"""

from __future__ import annotations

import importlib.metadata
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import pluggy

from embedkit import hookspecs
from embedkit.errors import Fault, PluginError

GROUP = "embedkit"
COMMAND_GROUP = "embedkit.commands"
State = Literal["loaded", "failed", "blocked", "incompatible"]


@dataclass
class Plugin:
    """One entry point, and what became of it."""

    distribution: str
    version: str
    entry: str
    module: str
    state: State = "loaded"
    error: str | None = None
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """`distribution:entry`, unlike any other plugin's."""
        return f"{self.distribution}:{self.entry}"

    def __str__(self) -> str:
        return f"{self.entry} of {self.distribution} {self.version}"

    def fail(self, state: State, error: str) -> None:
        """Record why this plugin is not in use."""
        self.state, self.error = state, error


@dataclass(frozen=True)
class LoadedPlugins:
    """The plugin manager, and every plugin that was found, in use or not."""

    manager: pluggy.PluginManager
    plugins: Sequence[Plugin]

    def call(self, hook: str, register_for: Callable[[Plugin], hookspecs.Register]) -> None:
        """Call `hook` of each plugin by itself, so that one that raises is recorded and the rest go on."""
        everyone = [plugin for _, plugin in self.manager.list_name_plugin()]
        for record in self.plugins:
            module = self.manager.get_plugin(record.name)
            if module is None or record.state != "loaded":
                continue
            caller = self.manager.subset_hook_caller(
                hook, [other for other in everyone if other is not module]
            )
            error = _attempt(partial(caller, register=register_for(record)))
            if error:
                record.fail("failed", f"{hook} raised {error}")


def load_plugins(blocked: Iterable[str] = ()) -> LoadedPlugins:
    """Import every plugin that is installed, but for those blocked.

    `blocked` names plugins by distribution, entry or `distribution:entry`, and so does the environment
    variable EMBEDKIT_DISABLE_PLUGINS, separated by commas. With EMBEDKIT_STRICT_PLUGINS=1 a plugin that
    cannot be used is a PluginError, for continuous integration.
    """
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    plugins = discover(GROUP)
    unwanted = [
        *blocked,
        *filter(None, os.environ.get("EMBEDKIT_DISABLE_PLUGINS", "").replace(",", " ").split()),
    ]
    for name in unwanted:
        for plugin in _matching(name, plugins):
            plugin.fail("blocked", f"blocked by '{name}'")
    for plugin in plugins:
        if plugin.state == "loaded":
            _load(plugin, manager)
    _refuse_failures_if_strict(plugins)
    return LoadedPlugins(manager, plugins)


def discover(group: str) -> list[Plugin]:
    """The installed entry points of `group`, sorted by distribution and entry, from metadata alone."""
    found = []
    for entry in importlib.metadata.entry_points(group=group):
        assert entry.dist is not None, "an installed entry point belongs to a distribution"
        found.append(Plugin(entry.dist.name, entry.dist.version, entry.name, entry.value))
    return sorted(found, key=lambda plugin: (plugin.distribution, plugin.entry))


def _load(plugin: Plugin, manager: pluggy.PluginManager) -> None:
    unmet = _unmet_requirement(plugin)
    if unmet:
        plugin.fail("incompatible", unmet)
        return
    start = time.perf_counter()
    module, error = import_entry(plugin)
    error = (
        error or _attempt(lambda: manager.register(module, plugin.name)) or _misspelt_hook(plugin, manager)
    )
    plugin.seconds = time.perf_counter() - start
    if error:
        plugin.fail("failed", error)


def import_entry(plugin: Plugin) -> tuple[Any, str | None]:
    """What the entry point names, and None; or None, and what importing it raised, `sys.exit` included."""
    loaded: list[Any] = []
    entry = importlib.metadata.EntryPoint(plugin.entry, plugin.module, GROUP)
    error = _attempt(lambda: loaded.append(entry.load()))
    return (None, error) if error else (loaded[0], None)


def _attempt(action: Callable[[], object]) -> str | None:
    """Run `action`; what it raised, `sys.exit` included, as a line of text, or None."""
    try:
        action()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return None


def _misspelt_hook(plugin: Plugin, manager: pluggy.PluginManager) -> str | None:
    module = manager.get_plugin(plugin.name)
    known = hookspecs.HOOK_OF_KIND.values()
    for caller in manager.get_hookcallers(module) or []:
        if not caller.has_spec():
            manager.unregister(module)
            fault = Fault.unknown("hook", caller.name, known)
            return str(fault)
    return None


def _unmet_requirement(plugin: Plugin) -> str | None:
    """Why the plugin's own requirement on embedkit is not met, read before it is imported."""
    if plugin.distribution == "embedkit":
        return None
    from packaging.requirements import Requirement

    installed = importlib.metadata.version("embedkit")
    for text in importlib.metadata.requires(plugin.distribution) or []:
        requirement = Requirement(text)
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if requirement.name == "embedkit" and applies and not requirement.specifier.contains(installed, True):
            return f"requires embedkit {requirement.specifier}, and {installed} is installed"
    return None


def _matching(name: str, plugins: Sequence[Plugin]) -> list[Plugin]:
    """The plugins called `name`; a PluginError where there are none, or where it could mean two things."""
    exact = [p for p in plugins if p.name == name]
    of_distribution = [p for p in plugins if p.distribution == name]
    of_entry = [p for p in plugins if p.entry == name and p not in of_distribution]
    meanings = [m for m in (exact, of_distribution, *([p] for p in of_entry)) if m]
    if not meanings:
        known = sorted({p.distribution for p in plugins} | {p.entry for p in plugins})
        raise PluginError(Fault.unknown("plugin", name, known, where="blocking plugins"))
    if len(meanings) > 1:
        names = tuple(sorted({p.name for meaning in meanings for p in meaning}))
        raise PluginError(
            Fault(f"'{name}' could be any of several plugins", "blocking plugins", allowed=names)
        )
    return meanings[0]


def _refuse_failures_if_strict(plugins: Sequence[Plugin]) -> None:
    if os.environ.get("EMBEDKIT_STRICT_PLUGINS") == "1":
        refuse_failures(plugins)


def refuse_failures(plugins: Sequence[Plugin]) -> None:
    """Raise a PluginError that names every plugin that failed, if any did."""
    failed = [p for p in plugins if p.state in ("failed", "incompatible")]
    if failed:
        raise PluginError(*(Fault(f"{p.error}", where=f"plugin {p}") for p in failed))
