"""`embedkit show`: a recipe with every default filled in."""

from __future__ import annotations

import click

from embedkit.cli.options import set_option
from embedkit.cli.program import blocked_plugins


@click.command()
@click.argument("recipe")
@set_option
@click.pass_context
def command(ctx: click.Context, recipe: str, overrides: tuple[str, ...]) -> None:
    """Print RECIPE as YAML with every default filled in: what a run of it would save."""
    from embedkit.recipe.load import load_recipe
    from embedkit.registry import build_registry

    loaded = load_recipe(recipe, build_registry(blocked_plugins(ctx)), overrides)
    click.echo(loaded.to_yaml(), nl=False)
