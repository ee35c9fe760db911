"""Commands of plugins: listed from package metadata alone, imported when they are called."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import click

from embedkit.errors import Fault, PluginError
from embedkit.plugin.entrypoints import discover, load_entry
from embedkit.plugin.provenance import COMMAND_GROUP, Plugin

Claims = Mapping[str, Sequence[Plugin]]
"""The plugins that claim each command's name."""


def plugin_commands(ctx: click.Context) -> Claims:
    """Return the commands of unblocked plugins, sorted by name. Raises the errors of `discover`."""
    usable = [plugin for plugin in _commands(ctx) if plugin.state != "blocked"]
    return {name: [p for p in usable if p.entry == name] for name in sorted({p.entry for p in usable})}


def blocked_command(ctx: click.Context, name: str) -> str | None:
    """Return a line for each blocked plugin that has a command `name`; None if there is none."""
    blocked = [p for p in _commands(ctx) if p.state == "blocked" and p.entry == name]
    return "\n    ".join(f"Not in use: {plugin} (blocked: {plugin.error})" for plugin in blocked) or None


def _commands(ctx: click.Context) -> Sequence[Plugin]:
    """Return all commands of plugins; they are found once and kept in the context."""
    commands: Sequence[Plugin] | None = ctx.meta.get(__name__)
    if commands is None:
        found = discover(blocked_plugins(ctx))
        commands = ctx.meta[__name__] = [plugin for plugin in found if plugin.group == COMMAND_GROUP]
    return commands


def load_command(name: str, claims: Sequence[Plugin]) -> click.Command:
    """Load the command called `name` by importing it.

    Raises PluginError if two plugins claim the name, if the import fails, or if it is not a click command.
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
    """Return each command with its owner, or with the reason why it is not in use.

    `taken` are the names of built-in commands.
    """
    return [(name, _describe(claims, name in taken)) for name, claims in commands.items()]


def _describe(claims: Sequence[Plugin], taken: bool) -> str:
    owners = " and ".join(f"{plugin.distribution} {plugin.version}" for plugin in claims)
    if taken:
        return f"Not in use: {owners} claims the name of a command of embedkit itself."
    return f"From {owners}." if len(claims) == 1 else f"Not in use: claimed by {owners}; block one with -p."


def blocked_plugins(ctx: click.Context) -> tuple[str, ...]:
    """Return the plugins that `-p no:NAME` blocks for this call."""
    return tuple(ctx.find_root().params.get("blocked") or ())
