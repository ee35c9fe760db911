"""From entry points to a plugin manager: every plugin, bundled or not, comes in through the group `embedkit`.

The failure of a plugin is recorded with its distribution and version, and does not affect the others.
"""

from __future__ import annotations

import importlib.metadata
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import cast

import pluggy

from embedkit import hookspecs
from embedkit.errors import Fault, PluginError
from embedkit.interfaces.changes import hook_warnings, removed_hook
from embedkit.plugin.entrypoints import discover, load_entry, refuse_incompatible
from embedkit.plugin.provenance import COMMAND_GROUP, DISTRIBUTION, GROUP, NAMESAKE, Plugin

__all__ = ["LoadedPlugins", "Plugin", "load_plugins", "refuse_failures"]

STRICT = "EMBEDKIT_STRICT_PLUGINS"
REGISTER = "a hook takes `register`, calls register(name, factory) for each component, and gives nothing"

log = logging.getLogger(__name__)


class Hooks(pluggy.PluginManager):
    """The manager of the hooks; it warns of deprecated ones at the line of the plugin's author."""

    def parse_hookspec_opts(
        self, module_or_class: ModuleType | type, name: str
    ) -> pluggy.HookspecOpts | None:
        """Return pluggy's options for a hook, with the warnings of the contract's changes."""
        options = super().parse_hookspec_opts(module_or_class, name)
        return None if options is None else cast("pluggy.HookspecOpts", {**options, **hook_warnings(name)})

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        """Return pluggy's options for a function of a plugin; None if it is no hook.

        Names such as `__file__`, which are most of a module's, are never hooks, and are not looked up.
        """
        return None if name.startswith("__") else super().parse_hookimpl_opts(plugin, name)


@dataclass(frozen=True)
class LoadedPlugins:
    """The plugin manager; every plugin found, in use or not; the commands, which are not imported yet."""

    manager: pluggy.PluginManager
    plugins: Sequence[Plugin]
    commands: Sequence[Plugin] = ()

    def call(self, hook: str, register_for: Callable[[Plugin], hookspecs.Register]) -> None:
        """Call `hook` of each loaded plugin by itself, with the `register` that `register_for` makes for it.

        A plugin that raises, or returns anything, is recorded as failed, and the others go on.
        """
        modules = [module for _, module in self.manager.list_name_plugin()]
        implementing = {id(each.plugin) for each in getattr(self.manager.hook, hook).get_hookimpls()}
        for plugin in self.plugins:
            own = self.manager.get_plugin(plugin.name)
            if plugin.state == "loaded" and id(own) in implementing:
                others = [module for module in modules if module is not own]
                given: Sequence[object] = ()
                with plugin.held_responsible(f"{hook} raised "):
                    given = self.manager.subset_hook_caller(hook, others)(register=register_for(plugin))
                if given and plugin.state == "loaded":
                    plugin.fail("failed", f"{hook} gives {given[0]!r:.60}: {REGISTER}")

    def hooks_of(self, plugin: Plugin) -> list[str]:
        """Return the names of the hooks that `plugin` implements, sorted; empty if it is not loaded."""
        if plugin.state != "loaded":
            return []
        module = self.manager.get_plugin(plugin.name)
        return sorted(caller.name for caller in self.manager.get_hookcallers(module) or [])


@cache
def warn_of_namesake() -> None:
    """Warn once if another project's distribution, with a package of the same name, is installed."""
    try:
        found = importlib.metadata.version(NAMESAKE)
    except importlib.metadata.PackageNotFoundError:
        return
    log.warning(
        "the distribution '%s' %s is installed, which is another project with a package of the same name; "
        "uninstall both, then install %s again: pip uninstall %s %s",
        *(NAMESAKE, found, DISTRIBUTION, NAMESAKE, DISTRIBUTION),
    )


def load_plugins(blocked: Iterable[str] = ()) -> LoadedPlugins:
    """Load every installed plugin, except those blocked (see `entrypoints.discover`).

    Commands are found, and not loaded yet.
    """
    warn_of_namesake()
    manager = Hooks(GROUP)
    manager.add_hookspecs(hookspecs)
    found = discover(blocked)
    plugins = [plugin for plugin in found if plugin.group == GROUP]
    for plugin in plugins:
        _load(plugin, manager)
    commands = [plugin for plugin in found if plugin.group == COMMAND_GROUP]
    for command in commands:
        refuse_incompatible(command)
    return LoadedPlugins(manager, plugins, commands)


def _load(plugin: Plugin, manager: pluggy.PluginManager) -> None:
    module = load_entry(plugin)
    if plugin.state != "installed":
        return
    with plugin.held_responsible():
        manager.register(module, plugin.name)
        _check_hooks(module, manager)
        plugin.state = "loaded"


def _check_hooks(module: object, manager: pluggy.PluginManager) -> None:
    """Raise PluginError for a plugin with no hook, an unknown hook, or a hook that does not take `register`.

    The plugin and its hooks are unregistered then, so that the next plugin is not blamed for them.
    """
    callers = manager.get_hookcallers(module) or []
    unknown = sorted(caller.name for caller in callers if not caller.has_spec())
    if not callers or unknown:
        manager.unregister(module)
    if unknown:
        known = [kind.hook for kind in hookspecs.KINDS.values()]
        raise PluginError(*(Fault.unknown("hook", name, known, hint=removed_hook(name)) for name in unknown))
    if not callers:
        raise PluginError("it implements no hook: mark its functions with @hookimpl, from embedkit")
    own = [each for caller in callers for each in caller.get_hookimpls() if each.plugin is module]
    deaf = [each.function.__name__ for each in own if "register" not in each.argnames]
    if deaf:
        manager.unregister(module)
        raise PluginError(f"{deaf[0]} does not take `register`: {REGISTER}")


def refuse_failures(plugins: Sequence[Plugin]) -> bool:
    """Raise a PluginError that names every plugin that cannot be used, if EMBEDKIT_STRICT_PLUGINS=1.

    Returns whether the variable is 1. This is for continuous integration. The cause is the first plugin's own
    exception. A value of the variable other than 0 and 1 raises PluginError as well.
    """
    strict = os.environ.get(STRICT, "0")
    if strict not in ("0", "1", ""):
        raise PluginError(Fault(f"'{strict}' is not understood", STRICT, allowed=("0", "1")))
    failed = [plugin for plugin in plugins if plugin.state in ("failed", "incompatible")]
    if strict == "1" and failed:
        raise PluginError(*(Fault(f"{p.error}", where=f"plugin {p}") for p in failed)) from failed[0].cause
    return strict == "1"
