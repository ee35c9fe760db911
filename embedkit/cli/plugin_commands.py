"""Commands that plugins add: known from metadata alone, imported when they are called."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import click

from embedkit.errors import Fault, PluginError
from embedkit.plugin.entrypoints import discover, load_entry
from embedkit.plugin.provenance import COMMAND_GROUP, Plugin

Claims = Mapping[str, Sequence[Plugin]]
"""The plugins that claim each command's name."""


def plugin_commands(ctx: click.Context) -> Claims:
    """Every command of plugins that are not blocked, sorted by name; raises what `discover` raises."""
    usable = [plugin for plugin in _commands(ctx) if plugin.state != "blocked"]
    return {name: [p for p in usable if p.entry == name] for name in sorted({p.entry for p in usable})}


def blocked_command(ctx: click.Context, name: str) -> str | None:
    """A line for each plugin that has a command `name` and is blocked; None where there is none."""
    blocked = [p for p in _commands(ctx) if p.state == "blocked" and p.entry == name]
    return "\n    ".join(f"Not in use: {plugin} (blocked: {plugin.error})" for plugin in blocked) or None


def _commands(ctx: click.Context) -> Sequence[Plugin]:
    """All commands of plugins, found once."""
    commands: Sequence[Plugin] | None = ctx.meta.get(__name__)
    if commands is None:
        found = discover(blocked_plugins(ctx))
        commands = ctx.meta[__name__] = [plugin for plugin in found if plugin.group == COMMAND_GROUP]
    return commands


def load_command(name: str, claims: Sequence[Plugin]) -> click.Command:
    """The command called `name`, imported now.

    Raises PluginError where two plugins claim it, where its import fails, and where it is no click command.
    """
    if len(claims) > 1:
        claimants = " and ".join(map(str, claims))
        blocks = " or ".join(f"-p no:{plugin.name}" for plugin in claims)
        what = f"command '{name}' is claimed by {claimants}"
        raise PluginError(Fault(what, hint=f"Block one of them: embedkit {blocks} …"))
    plugin = claims[0]
    command = load_entry(plugin)
    if isinstance(command, click.Command):
        return command
    what = plugin.error or f"expected a click command, got {command!r:.60}"
    raise PluginError(Fault(what, where=f"command {plugin}")) from plugin.cause


def describe_commands(commands: Claims, taken: Collection[str]) -> list[tuple[str, str]]:
    """Each command, and whose it is or why it cannot be called. `taken` are the names of built-in ones."""
    return [(name, _describe(claims, name in taken)) for name, claims in commands.items()]


def _describe(claims: Sequence[Plugin], taken: bool) -> str:
    owners = " and ".join(f"{plugin.distribution} {plugin.version}" for plugin in claims)
    if taken:
        return f"Not in use: {owners} claims the name of a command of embedkit itself."
    return f"From {owners}." if len(claims) == 1 else f"Not in use: claimed by {owners}; block one with -p."


def blocked_plugins(ctx: click.Context) -> tuple[str, ...]:
    """The plugins that `-p no:NAME` blocks for this call."""
    return tuple(ctx.find_root().params.get("blocked") or ())
