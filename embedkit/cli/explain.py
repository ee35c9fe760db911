"""`embedkit explain`: why a run fails where it fails, as far as its words can tell; or one of its texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from embedkit.cli.lines import say
from embedkit.cli.options import json_option, print_json, trust_option
from embedkit.cli.program import blocked_plugins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embedkit.registry import Registry
    from embedkit.runs.run import Run


def _shares(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in value.split(",")) if value else ()
    except ValueError:
        raise click.BadParameter(f"'{value}' is no list of shares (allowed: such as 0.1,0.2,0.4)") from None


@click.command()
@click.argument("directory", metavar="RUN")
@click.option("--id", "number", type=int, metavar="N", help="Only the text with this id, token by token.")
@click.option("--split", help="Only this split, such as test.")
@click.option(
    "--hide",
    metavar="SHARE,…",
    callback=_shares,
    help="Train again with these shares of the found vectors hidden, such as 0.1,0.2,0.4: needs --out.",
)
@click.option(
    "--seeds",
    type=click.IntRange(2, 10_000),
    help="Of --hide: how many seeds, 3 unless told; a run of folds or seeds is made again with its own.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Of --hide: where its runs and hiding.json go.")
@trust_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    directory: str,
    number: int | None,
    split: str | None,
    hide: tuple[float, ...],
    seeds: int | None,
    out: Path | None,
    trust: bool,
    as_json: bool,
) -> None:
    """Say what the finished run in the directory RUN found out about out-of-vocabulary words."""
    from embedkit.registry import build_registry
    from embedkit.runs.run import Run
    from embedkit.runs.versions import warn_of_versions

    run = Run(directory)
    warn_of_versions(run)
    if hide:
        registry = build_registry(blocked_plugins(ctx), trust)
        _hide(run, hide, seeds, out, registry, as_json)
    elif number is not None:
        _explain_text(run, number, split, as_json)
    else:
        _explain_run(run, split, as_json)


def _explain_text(run: Run, number: int, split: str | None, as_json: bool) -> None:
    from embedkit.explaining import explain_text

    texts = explain_text(run, number, split)
    if as_json:
        print_json(texts)
        return
    from embedkit.cli.explanations import print_text

    for text in texts:
        print_text(text)


def _explain_run(run: Run, split: str | None, as_json: bool) -> None:
    figures: dict[str, Any] = run.oov.figures
    if split is not None:
        figures = {**figures, "splits": {split: _one(run, split)}}
    if as_json:
        print_json(figures)
        return
    from embedkit.cli.explanations import print_analysis

    print_analysis(run, figures)


def _one(run: Run, split: str) -> Any:
    from embedkit.errors import Fault, RunError

    splits = run.oov.figures["splits"]
    if split not in splits:
        raise RunError(Fault.unknown("split", split, [*splits], where=str(run.path)))
    return splits[split]


def _hide(
    run: Run,
    shares: Sequence[float],
    seeds: int | None,
    out: Path | None,
    registry: Registry,
    as_json: bool,
) -> None:
    if out is None:
        raise click.UsageError("--hide makes runs: say where with --out DIR")
    from embedkit.cli.hiding_results import planned, print_curve
    from embedkit.cli.progress import console_reporter
    from embedkit.hiding import plan

    experiment = plan(run, shares, seeds, registry)
    say(planned([*experiment.recipes], experiment.names, experiment.finished(out)), error=True)
    with console_reporter() as reporter:
        curve = experiment.carry_out(out, registry, reporter)
    if as_json:
        print_json(curve)
    else:
        print_curve(curve)
