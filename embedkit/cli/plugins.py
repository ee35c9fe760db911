"""`embedkit plugins`: what is installed, from which distribution, and in what state."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import asdict

import click

from embedkit.cli.freeze import freeze
from embedkit.cli.inventory import (
    COLUMNS,
    Record,
    command_records,
    component_records,
    key_records,
    plugin_records,
)
from embedkit.cli.new_plugin import new
from embedkit.cli.options import json_option, print_json
from embedkit.cli.plugin_check import check
from embedkit.cli.program import blocked_plugins
from embedkit.errors import Fault, PluginError
from embedkit.hookspecs import KINDS
from embedkit.interfaces.changes import ContractWarning
from embedkit.plugin.provenance import canonical
from embedkit.plugin.registry import Component, Registry, build_registry
from embedkit.report.terminal.lines import say
from embedkit.report.terminal.tables import print_table


@click.group(invoke_without_command=True)
@json_option
@click.option("--kind", type=click.Choice([*KINDS, "command", "plugin"]), help="Only this kind.")
@click.pass_context
def command(ctx: click.Context, as_json: bool, kind: str | None) -> None:
    """List components and commands with distribution, version and state, and plugins that are not in use."""
    warnings.simplefilter("default", ContractWarning)
    if ctx.invoked_subcommand is not None:
        return
    registry = build_registry(blocked_plugins(ctx))
    brought = [*component_records(registry), *command_records(registry)]
    plugins = plugin_records(registry)
    if as_json:
        wanted = [record.to_json() for record in brought if kind in (None, record.kind)]
        print_json({"plugins": [plugin.to_json() for plugin in plugins], "components": wanted})
        return
    idle = [record for record in plugins if kind == "plugin" or record.state != "loaded"]
    _print_table([record for record in [*brought, *idle] if kind in (None, record.kind)])


command.add_command(check)
command.add_command(freeze)
command.add_command(new)


@command.command("show")
@click.argument("name")
@json_option
@click.pass_context
def show(ctx: click.Context, name: str, as_json: bool) -> None:
    """Show the component, command or plugin NAME: where it comes from, what it does, which keys it takes."""
    registry = build_registry(blocked_plugins(ctx))
    components = [component for component in registry.components() if component.name == name]
    plugins = [record for record in plugin_records(registry) if _is_called(name, record)]
    commands = [record for record in command_records(registry) if _is_called(name, record)]
    brought = component_records(registry)
    built_in = [record for record in brought if record.plugin is None and record.name == name]
    if not (components or plugins or commands or built_in):
        raise _unknown(name, registry)
    if as_json:
        details = [
            {
                **_record_of(c, brought).to_json(),
                "keys": {key: asdict(k) for key, k in key_records(c).items()},
            }
            for c in components
        ]
        others = [record.to_json() for record in (*built_in, *commands)]
        print_json({"plugins": [p.to_json() for p in plugins], "components": [*details, *others]})
        return
    for record in built_in:
        say(f"{record.kind} {name}, built in: {record.summary}")
    for plugin in (*plugins, *commands):
        _print_plugin(plugin, [record for record in brought if record.plugin == plugin.plugin])
    for component in components:
        _print_component(component)


def _unknown(name: str, registry: Registry) -> PluginError:
    known = {record.name for record in component_records(registry)}
    known |= {plugin.entry for plugin in (*registry.plugins.plugins, *registry.plugins.commands)}
    return PluginError(Fault.unknown("component, command or plugin", name, known))


def _is_called(name: str, plugin: Record) -> bool:
    return name in (plugin.plugin, plugin.name) or canonical(name) == canonical(plugin.distribution)


def _record_of(component: Component, records: Sequence[Record]) -> Record:
    itself = (component.kind, component.name, component.plugin.name)
    return next(record for record in records if (record.kind, record.name, record.plugin) == itself)


def _print_plugin(plugin: Record, brought: Sequence[Record]) -> None:
    why = f": {plugin.summary}" if plugin.state not in ("loaded", "installed") else ""
    say(f"{plugin.kind} {plugin.plugin} {plugin.version}: {plugin.state}{why}")
    for record in brought if plugin.kind == "plugin" else ():
        say(f"    {record.kind} {record.name}: {record.summary}")


def _print_component(component: Component) -> None:
    import inspect
    import json

    say(f"{component.kind} {component.name}, from {component.plugin}")
    say()
    for line in (inspect.getdoc(component.factory) or "It has no documentation.").splitlines():
        say(line)
    keys = key_records(component)
    say()
    say("Keys:" if keys else "It takes no keys.")
    for name, key in keys.items():
        default = "required" if key.required else f"default {json.dumps(key.default, ensure_ascii=False)}"
        described = f": {key.description}" if key.description else ""
        say(f"    {name} ({key.type}, {default}){described}")


def _print_table(records: Sequence[Record]) -> None:
    print_table([COLUMNS, *(record.row for record in records)])
