"""`embedkit plugins`: what is installed, from where, and in what state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from embedkit.cli.options import json_option, print_json
from embedkit.cli.program import blocked_plugins
from embedkit.errors import Fault, PluginError
from embedkit.hookspecs import HOOK_OF_KIND
from embedkit.registry import Component, Registry, build_registry

if TYPE_CHECKING:
    from embedkit.plugins import Plugin


@click.group(invoke_without_command=True)
@json_option
@click.option("--kind", type=click.Choice([*HOOK_OF_KIND]), help="Only components of this kind.")
@click.pass_context
def command(ctx: click.Context, as_json: bool, kind: str | None) -> None:
    """List every component with its distribution and version, and why plugins are not in use."""
    if ctx.invoked_subcommand is not None:
        return
    registry = build_registry(blocked_plugins(ctx))
    components = [c for c in registry.components() if kind in (None, c.kind)]
    if as_json:
        print_json(
            {
                "plugins": [_plugin(p) for p in registry.plugins.plugins],
                "components": [*map(_row, components)],
            }
        )
        return
    _print_table([(c.kind, c.name, c.plugin.distribution, c.plugin.version, c.summary) for c in components])
    for plugin in registry.plugins.plugins:
        if plugin.state != "loaded":
            click.echo(f"{plugin.name} {plugin.version}: {plugin.state}: {plugin.error}", err=True)


@command.command("show")
@click.argument("name")
@json_option
@click.pass_context
def show(ctx: click.Context, name: str, as_json: bool) -> None:
    """Show the component or plugin NAME: where it comes from, what it is for, which keys it takes."""
    registry = build_registry(blocked_plugins(ctx))
    components = [c for c in registry.components() if c.name == name]
    plugins = [p for p in registry.plugins.plugins if name in (p.name, p.entry, p.distribution)]
    if not components and not plugins:
        known = {c.name for c in registry.components()} | {p.entry for p in registry.plugins.plugins}
        raise PluginError(Fault.unknown("component or plugin", name, known))
    if as_json:
        print_json({"plugins": [*map(_plugin, plugins)], "components": [_detail(c) for c in components]})
        return
    for plugin in plugins:
        _print_plugin(plugin, registry)
    for component in components:
        _print_component(component)


def _print_plugin(plugin: Plugin, registry: Registry) -> None:
    click.echo(
        f"plugin {plugin.name} {plugin.version}: {plugin.state}"
        + (f": {plugin.error}" if plugin.error else "")
    )
    for component in registry.components():
        if component.plugin is plugin:
            click.echo(f"    {component.kind} {component.name}: {component.summary}")


def _print_component(component: Component) -> None:
    import inspect

    click.echo(f"{component.kind} {component.name}, from {component.plugin}\n")
    click.echo(inspect.getdoc(component.factory) or "")
    click.echo("\nKeys:" if component.parameters.model_fields else "\nIt takes no keys.")
    for name, key in _keys(component).items():
        default = "required" if key["required"] else f"default {key['default']}"
        described = f": {key['description']}" if key["description"] else ""
        click.echo(f"    {name} ({key['type']}, {default}){described}")


def _keys(component: Component) -> dict[str, dict[str, Any]]:
    """The constructor's keys, from the same model that checks recipes."""
    from embedkit.parameters import describe_type

    return {
        name: {
            "type": describe_type(field.annotation, field.metadata),
            "required": field.is_required(),
            "default": None if field.is_required() else field.default,
            "description": field.description,
        }
        for name, field in component.parameters.model_fields.items()
    }


def _detail(component: Component) -> dict[str, Any]:
    return {**_row(component), "keys": _keys(component)}


def _row(component: Component) -> dict[str, str]:
    return {
        "kind": component.kind,
        "name": component.name,
        "distribution": component.plugin.distribution,
        "version": component.plugin.version,
        "plugin": component.plugin.name,
        "state": component.plugin.state,
        "summary": component.summary,
    }


def _plugin(plugin: Plugin) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "version": plugin.version,
        "module": plugin.module,
        "state": plugin.state,
        "error": plugin.error,
        "seconds": round(plugin.seconds, 6),
    }


def _print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max((len(cell) for cell in column), default=0) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
