"""`embedkit validate`: every fault of a recipe, without touching data."""

from __future__ import annotations

import click

from embedkit.cli.options import quiet_option, set_option
from embedkit.cli.program import blocked_plugins
from embedkit.errors import Fault, RecipeError


@click.command()
@click.argument("recipes", nargs=-1, required=True, metavar="RECIPE…")
@set_option
@quiet_option
@click.pass_context
def command(ctx: click.Context, recipes: tuple[str, ...], overrides: tuple[str, ...], quiet: bool) -> None:
    """Check each RECIPE, a file or the name of a bundled one, and print all its faults with file and line."""
    from embedkit.recipe.load import load_recipe
    from embedkit.registry import build_registry

    registry = build_registry(blocked_plugins(ctx))
    faults: list[Fault] = []
    for recipe in recipes:
        try:
            load_recipe(recipe, registry, overrides)
        except RecipeError as error:
            faults += error.faults
        else:
            if not quiet:
                click.echo(f"{recipe}: ok")
    if faults:
        raise RecipeError(*faults)
