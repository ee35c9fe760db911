"""`embedkit schema`: the JSON Schema by which an editor completes and checks recipes."""

from __future__ import annotations

import click

from embedkit.cli.options import print_json
from embedkit.cli.program import blocked_plugins


@click.command()
@click.pass_context
def command(ctx: click.Context) -> None:
    """Print the JSON Schema of recipes, with the components of every installed plugin."""
    from embedkit.plugin.registry import build_registry
    from embedkit.recipe.json_schema import json_schema

    print_json(json_schema(build_registry(blocked_plugins(ctx))))
