"""`embedkit run`: from a recipe to a run directory and a screenful of results."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from embedkit.cli.options import quiet_option, set_option
from embedkit.cli.program import blocked_plugins


@click.command()
@click.argument("recipe")
@click.option("--out", type=click.Path(path_type=Path), help="The run directory; runs/NAME-TIME by default.")
@set_option
@click.option(
    "--hash",
    "how",
    type=click.Choice(["sampled", "full"]),
    default="sampled",
    show_default=True,
    help="Fingerprint input files by sampled blocks, or by the SHA-256 of every byte.",
)
@quiet_option
@click.pass_context
def command(
    ctx: click.Context,
    recipe: str,
    out: Path | None,
    overrides: tuple[str, ...],
    how: Literal["sampled", "full"],
    quiet: bool,
) -> None:
    """Run RECIPE, a file or the name of a bundled recipe, and write everything into a run directory."""
    from embedkit.recipe.load import load_recipe
    from embedkit.registry import build_registry
    from embedkit.tasks import execute

    registry = build_registry(blocked_plugins(ctx))
    loaded = load_recipe(recipe, registry, overrides)
    if quiet:
        execute(loaded, registry, out, how)
        return

    from embedkit.cli.progress import console_reporter
    from embedkit.cli.results import print_results

    with console_reporter() as reporter:
        run = execute(loaded, registry, out, how, reporter)
    print_results(run)
