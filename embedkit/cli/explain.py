"""`embedkit explain`: how far missing words explain the errors of a run, or one of its texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from embedkit.cli.options import json_option, print_json, trust_option
from embedkit.cli.program import blocked_plugins
from embedkit.cli.resume_hint import says_how_to_go_on
from embedkit.report.terminal.lines import say
from embedkit.runs import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embedkit.evaluation.oov.result import OovAnalysis
    from embedkit.experiments.ablation import Experiment
    from embedkit.runs.run import Run
    from embedkit.tasks.explain import Explanation


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
    help="With --hide: number of seeds, 3 by default; a run of folds or seeds is repeated with its own.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help=f"With --hide: the directory for its runs and {layout.ABLATION}.",
)
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
    """Report what the finished run in the directory RUN shows about out-of-vocabulary words."""
    from embedkit.plugin.registry import build_registry
    from embedkit.runs.run import Run
    from embedkit.runs.versions import warn_of_versions

    run, blocked = Run(directory), blocked_plugins(ctx)
    warn_of_versions(run)
    if hide:
        from embedkit.experiments.ablation import plan

        if out is None:
            raise click.UsageError("--hide makes runs: say where with --out DIR")
        again = _command(blocked, directory, hide, seeds, out)
        again += [*(["--trust"] if trust else ()), *(["--json"] if as_json else ())]
        _hide(plan(run, hide, seeds, build_registry(blocked, trust)), out, again, as_json)
    elif number is not None:
        from embedkit.tasks.explain import explain_text

        texts = explain_text(run, number, split, build_registry(blocked, trust))
        _show_texts(texts, as_json)
    else:
        _explain_run(run, split, as_json)


def _show_texts(texts: Sequence[Explanation], as_json: bool) -> None:
    if as_json:
        print_json([text.to_json() for text in texts])
        return
    from embedkit.report.terminal.explanation import print_text

    for text in texts:
        print_text(text)


def _explain_run(run: Run, split: str | None, as_json: bool) -> None:
    analysis = run.oov.analysis if split is None else _of_split(run, split)
    if as_json:
        from embedkit.evaluation.oov.result import to_json

        print_json(to_json(analysis))
        return
    from embedkit.report.terminal.explanation import print_analysis

    print_analysis(run, analysis)


def _of_split(run: Run, split: str) -> OovAnalysis:
    """Return the run's analysis of one split. Raises RunError if there is no such split."""
    from dataclasses import replace

    from embedkit.errors import Fault, RunError

    analysis = run.oov.analysis
    if split not in analysis.splits:
        raise RunError(Fault.unknown("split", split, [*analysis.splits], where=str(run.path)))
    return replace(analysis, splits={split: analysis.splits[split]})


def _command(
    blocked: Sequence[str], directory: str, shares: Sequence[float], seeds: int | None, out: Path
) -> list[str]:
    """Return the command line that trains again with vectors hidden."""
    plugins = [f"-pno:{name}" for name in blocked]
    counted = [] if seeds is None else ["--seeds", str(seeds)]
    hidden = ",".join(map(str, shares))
    return ["embedkit", *plugins, "explain", directory, "--hide", hidden, *counted, "--out", str(out)]


def _hide(experiment: Experiment, out: Path, again: Sequence[str], as_json: bool) -> None:
    """Train again with vectors hidden and print the curve; `again` is the command that resumes it."""
    from embedkit.distributed.signals import interrupted_by_signals
    from embedkit.report.terminal.ablation import planned, print_curve
    from embedkit.report.terminal.progress import console_reporter

    say(planned([*experiment.recipes], experiment.names, experiment.finished(out)), error=True)
    with (
        interrupted_by_signals(),
        says_how_to_go_on(lambda: [path.name for path in experiment.progress(out)], again),
        console_reporter() as reporter,
    ):
        result = experiment.carry_out(out, reporter)
    if as_json:
        print_json(result.to_json())
    else:
        print_curve(result)
