"""`embedkit validate`: report all faults of a recipe, without reading data unless `--data` is given."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import click

from embedkit.cli.options import quiet_option, set_option, strict_option, trust_option
from embedkit.cli.program import blocked_plugins
from embedkit.errors import DataError, Fault, RecipeError
from embedkit.report.terminal.lines import say

if TYPE_CHECKING:
    from embedkit.plugin.registry import Registry
    from embedkit.recipe.load import AnyKind, Several


@click.command()
@click.argument("recipes", nargs=-1, required=True, metavar="RECIPE…")
@set_option
@click.option("--data", is_flag=True, help="Read the data too, and warn about problems in them.")
@strict_option
@trust_option
@quiet_option
@click.pass_context
def command(
    ctx: click.Context,
    recipes: tuple[str, ...],
    overrides: tuple[str, ...],
    data: bool,
    strict: bool,
    trust: bool,
    quiet: bool,
) -> None:
    """Check each RECIPE, a file or the name of a bundled one, and print all errors with file and line."""
    from embedkit.interfaces.changes import ContractWarning
    from embedkit.plugin.registry import build_registry
    from embedkit.recipe.load import load_recipe

    warnings.simplefilter("default", ContractWarning)
    registry = build_registry(blocked_plugins(ctx), trust)
    faults: list[Fault] = []
    for recipe in recipes:
        try:
            loaded = load_recipe(recipe, registry, overrides)
            if data:
                _look_over(loaded, registry, strict)
        except (RecipeError, DataError) as error:
            faults += error.faults
        else:
            if not quiet:
                say(f"{recipe}: ok{_size(loaded)}")
    if faults:
        raise RecipeError(*faults)


def _look_over(recipe: AnyKind | Several, registry: Registry, strict: bool) -> None:
    """Read the texts of a recipe, as `look_over` does. Raises DataError for data that cannot be used."""
    from embedkit.experiments.run import look_over, look_over_matrix
    from embedkit.recipe.components import Components
    from embedkit.recipe.matrix import MatrixRecipe
    from embedkit.recipe.ranking import RankingRecipe
    from embedkit.report.terminal.progress import console_reporter

    with console_reporter() as reporter:
        if isinstance(recipe, MatrixRecipe):
            look_over_matrix(recipe, registry, reporter, strict)
            return
        for each in recipe.candidates.values() if isinstance(recipe, RankingRecipe) else [recipe]:
            look_over(Components(each, registry), reporter, strict)


def _size(recipe: AnyKind | Several) -> str:
    """Return how many recipes a recipe stands for, as text; empty for a recipe of its own."""
    from embedkit.recipe.schema import TrainingRecipe

    if isinstance(recipe, TrainingRecipe):
        return ""
    from embedkit.recipe.matrix import MatrixRecipe
    from embedkit.recipe.ranking import RankingRecipe

    if isinstance(recipe, RankingRecipe):
        return f", {_counted(len(recipe.candidates), 'candidate')}"
    return (
        f", {_counted(len(recipe.combinations), 'combination')}" if isinstance(recipe, MatrixRecipe) else ""
    )


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'s' if count > 1 else ''}"
