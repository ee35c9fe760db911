"""`embedkit show`: a recipe with every default filled in."""

from __future__ import annotations

import click

from embedkit.cli.options import set_option
from embedkit.cli.program import blocked_plugins
from embedkit.errors import Fault, RecipeError
from embedkit.escaping import escaped_lines
from embedkit.report.terminal.lines import can_encode, write


@click.command()
@click.argument("recipe")
@set_option
@click.option("--matrix", is_flag=True, help="List the combinations of its matrix, by id, with their axes.")
@click.pass_context
def command(ctx: click.Context, recipe: str, overrides: tuple[str, ...], matrix: bool) -> None:
    """Print RECIPE as YAML with every default filled in: what a run of it would save."""
    from embedkit.plugin.registry import build_registry
    from embedkit.recipe.dump import dump
    from embedkit.recipe.load import load_recipe
    from embedkit.recipe.matrix import MatrixRecipe
    from embedkit.report.terminal.matrix import print_combinations

    loaded = load_recipe(recipe, build_registry(blocked_plugins(ctx)), overrides)
    if matrix and not isinstance(loaded, MatrixRecipe):
        hint = "A matrix gives keys lists of values: matrix: {training.lr: [0.001, 0.01]}."
        raise RecipeError(Fault("has no key 'matrix', whose combinations could be listed", recipe, hint=hint))
    if matrix and isinstance(loaded, MatrixRecipe):
        print_combinations(loaded)
        return
    text = loaded.to_yaml()
    plain = can_encode(text) and text == escaped_lines(text)
    write(text if plain else dump(loaded.to_plain(), ascii_only=True))
