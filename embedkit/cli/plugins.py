"""`embedkit plugins`: what is installed, from where, and in what state."""

from __future__ import annotations

import click

from embedkit.cli.inventory import (
    COLUMNS,
    Record,
    command_records,
    component_records,
    key_records,
    plugin_records,
)
from embedkit.cli.options import json_option, print_json
from embedkit.cli.program import blocked_plugins
from embedkit.errors import Fault, PluginError
from embedkit.hookspecs import HOOK_OF_KIND
from embedkit.registry import Component, build_registry


@click.group(invoke_without_command=True)
@json_option
@click.option(
    "--kind", type=click.Choice([*HOOK_OF_KIND, "command", "plugin"]), help="Only what is of this kind."
)
@click.pass_context
def command(ctx: click.Context, as_json: bool, kind: str | None) -> None:
    """List components and commands with distribution, version and state, and why plugins are not in use."""
    if ctx.invoked_subcommand is not None:
        return
    registry = build_registry(blocked_plugins(ctx))
    brought = [*component_records(registry), *command_records(registry)]
    plugins = plugin_records(registry)
    if as_json:
        print_json({"plugins": plugins, "components": [r for r in brought if kind in (None, r["kind"])]})
        return
    idle = [record for record in plugins if kind == "plugin" or record["state"] != "loaded"]
    _print_table([record for record in [*brought, *idle] if kind in (None, record["kind"])])


@command.command("show")
@click.argument("name")
@json_option
@click.pass_context
def show(ctx: click.Context, name: str, as_json: bool) -> None:
    """Show the component or plugin NAME: where it comes from, what it is for, which keys it takes."""
    registry = build_registry(blocked_plugins(ctx))
    components = [c for c in registry.components() if c.name == name]
    plugins = [p for p in plugin_records(registry) if name in (p["plugin"], p["name"], p["distribution"])]
    if not components and not plugins:
        known = {c.name for c in registry.components()} | {p.entry for p in registry.plugins.plugins}
        raise PluginError(Fault.unknown("component or plugin", name, known))
    if as_json:
        rows = [r for r in component_records(registry) if r["name"] == name]
        keys = [key_records(component) for component in components]
        details = [{**row, "keys": each} for row, each in zip(rows, keys, strict=True)]
        print_json({"plugins": plugins, "components": details})
        return
    for plugin in plugins:
        brought = [r for r in component_records(registry) if r["plugin"] == plugin["plugin"]]
        _print_plugin(plugin, brought)
    for component in components:
        _print_component(component)


def _print_plugin(plugin: Record, brought: list[Record]) -> None:
    why = f": {plugin['error']}" if plugin["error"] else ""
    click.echo(f"plugin {plugin['plugin']} {plugin['version']}: {plugin['state']}{why}")
    for record in brought:
        click.echo(f"    {record['kind']} {record['name']}: {record['summary']}")


def _print_component(component: Component) -> None:
    import inspect
    import json

    click.echo(f"{component.kind} {component.name}, from {component.plugin}\n")
    click.echo(inspect.getdoc(component.factory) or "It has no documentation.")
    keys = key_records(component)
    click.echo("\nKeys:" if keys else "\nIt takes no keys.")
    for name, key in keys.items():
        default = (
            "required" if key["required"] else f"default {json.dumps(key['default'], ensure_ascii=False)}"
        )
        described = f": {key['description']}" if key["description"] else ""
        click.echo(f"    {name} ({key['type']}, {default}){described}")


def _print_table(records: list[Record]) -> None:
    rows = [COLUMNS, *(tuple(record[column] for column in COLUMNS) for record in records)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
