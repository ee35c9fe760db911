"""`embedkit rank`: which way of turning words into vectors is best on one's own texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from embedkit.cli.options import (
    command_again,
    executor_options,
    json_option,
    print_json,
    quiet_option,
    trust_option,
)
from embedkit.cli.program import blocked_plugins
from embedkit.cli.ranking import ranking_audience, show_ranking
from embedkit.cli.resume_hint import says_how_to_go_on
from embedkit.runs.directory import partial_of, progress_of, run_directory

if TYPE_CHECKING:
    from embedkit.experiments.ranking.audience import Audience
    from embedkit.experiments.ranking.rank import RankOptions
    from embedkit.experiments.ranking.request import RankRequest


def _data_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what is in a data file."""
    options = [
        click.option("--text", metavar="COLUMN", help="The column of the texts."),
        click.option("--label", metavar="COLUMN", help="The column of the labels."),
        click.option("--group", metavar="COLUMN", help="Keep rows with the same value here in one fold."),
        click.option("--format", metavar="NAME", help="The format, where it is not found out."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.argument("source", metavar="DATA|RECIPE")
@click.option("--out", type=click.Path(path_type=Path), help="The directory; runs/NAME-TIME by default.")
@_data_options
@click.option("--vectors", metavar="FILE", multiple=True, help="A file of word vectors to try; repeatable.")
@click.option(
    "--candidates", metavar="RECIPE", multiple=True, help="Rank these recipes in place of the usual ones."
)
@click.option("--metric", metavar="NAME", help="The metric to rank by, instead of accuracy.")
@click.option(
    "--folds",
    metavar="N",
    type=click.IntRange(2, 10_000),
    help="Folds; 10 by default, 5 for very many texts.",
)
@click.option(
    "--minutes",
    metavar="N",
    type=click.FloatRange(0, min_open=True),
    help="Begin no training after that time.",
)
@click.option("--no-race", is_flag=True, help="Train every candidate on every fold.")
@click.option(
    "--alpha",
    metavar="A",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="The level of the tests; 0.05 by default.",
)
@click.option("--seed", metavar="N", type=click.IntRange(0, 2**32 - 1), help="Draws the folds and the order.")
@executor_options
@click.option("--resume", is_flag=True, help="Continue an interrupted ranking; nothing finished is repeated.")
@trust_option
@json_option
@quiet_option
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Rank ways of turning words into vectors on DATA, a file of labelled texts, or on those of a RECIPE.

    Candidates that these texts cannot tell apart stand in the same tier.
    """
    from embedkit.experiments.ranking.rank import rank_candidates
    from embedkit.experiments.ranking.request import ranking_of
    from embedkit.plugin.registry import build_registry

    registry = build_registry(blocked_plugins(ctx), given["trust"])
    with ranking_audience(given["quiet"]) as audience:
        recipe = ranking_of(_request(given), registry, audience.reporter)
        directory = run_directory(recipe.name, given["out"], given["resume"])
        partial = partial_of(directory)
        again = command_again(ctx, out=directory, resume=True)
        with says_how_to_go_on(lambda: [path.name for path in progress_of(partial)], again):
            run = rank_candidates(recipe, registry, _options(ctx, given, directory, audience))
    if given["as_json"]:
        print_json(run.ranking.to_json())
    if show_ranking(run, given["quiet"] or given["as_json"]):
        ctx.exit(1)


def _request(given: Mapping[str, Any]) -> RankRequest:
    from embedkit.data.finding import Wishes
    from embedkit.experiments.ranking.request import RankRequest

    said = {name: given[name] for name in ("metric", "alpha", "seed") if given[name] is not None}
    return RankRequest(
        given["source"],
        Wishes(given["text"], given["label"], given["group"], given["format"]),
        given["vectors"],
        given["candidates"],
        given["folds"],
        {**said, "race": False} if given["no_race"] else said,
        given["minutes"],
        given["out"] if given["resume"] else None,
    )


def _options(
    ctx: click.Context, given: Mapping[str, Any], directory: Path, audience: Audience
) -> RankOptions:
    from embedkit.experiments.executors import ExecutorOptions
    from embedkit.experiments.ranking.rank import RankOptions

    executor = ExecutorOptions.chosen(given["executor"], given["jobs"], given["address"])
    return RankOptions(
        out=directory,
        executor=executor or ExecutorOptions(),
        minutes=given["minutes"],
        resume=given["resume"],
        fail_fast=given["fail_fast"],
        block=tuple(blocked_plugins(ctx)),
        audience=audience,
    )
