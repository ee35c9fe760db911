"""`embedkit recipes`: the recipes that come with embedkit, to run or to copy."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from embedkit.cli.options import json_option, print_json
from embedkit.cli.program import blocked_plugins
from embedkit.errors import Fault, RecipeError
from embedkit.report.terminal.lines import say


@click.group(invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List the recipes that come with embedkit, or copy one to start your own from."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_recipes)


@command.command("list")
@json_option
def list_recipes(as_json: bool = False) -> None:
    """List the recipes: name, what each is for, the command that runs it."""
    from embedkit.recipe.bundled import bundled_recipes

    recipes = bundled_recipes()
    if as_json:
        print_json([{"name": r.name, "summary": r.summary, "command": r.command} for r in recipes.values()])
        return
    for recipe in recipes.values():
        for line in (recipe.name, f"    {recipe.summary}", f"    $ {recipe.command}"):
            say(line)


@command.command("copy")
@click.argument("name")
@click.option("--to", type=click.Path(path_type=Path), help="The file to write; NAME.yaml here by default.")
@click.pass_context
def copy(ctx: click.Context, name: str, to: Path | None) -> None:
    """Copy the recipe NAME into a file of your own, with a JSON Schema for editors beside it."""
    from embedkit.recipe.bundled import find_bundled
    from embedkit.recipe.editors import naming_schema_beside

    source = find_bundled(name)
    target = to or Path(f"{Path(name).name}.yaml")
    if target.exists():
        raise RecipeError(
            Fault("the file exists already", where=str(target), hint="Choose another with --to.")
        )
    target.write_bytes(naming_schema_beside(source.path.read_bytes()))
    say(target)
    say(f"    $ embedkit run {shlex.quote(str(target))}")
    _write_schema(ctx, target.parent)


def _write_schema(ctx: click.Context, folder: Path) -> None:
    """Write the JSON Schema for editors into a folder that has none, and say so."""
    from embedkit.plugin.registry import build_registry
    from embedkit.recipe.editors import SCHEMA_FILE, schema_text

    path = folder / SCHEMA_FILE
    if not path.exists():
        text = schema_text(build_registry(blocked_plugins(ctx)))
        path.write_text(text, encoding="utf-8", newline="\n")
        say(path)
        say("    by which editors complete and check recipes")
