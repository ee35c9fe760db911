"""`embedkit run`: run a recipe, write a run directory, and print the results."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from embedkit.cli.options import executor_options, quiet_option, set_option, strict_option, trust_option
from embedkit.cli.program import blocked_plugins
from embedkit.cli.resume_hint import says_how_to_go_on
from embedkit.errors import EmbedkitError, Fault, ScreenError
from embedkit.runs.directory import partial_of, progress_of, run_directory
from embedkit.runs.reporter import Reporter
from embedkit.runs.working import is_complete

if TYPE_CHECKING:
    from embedkit.experiments.run import Ranked, RunOptions
    from embedkit.plugin.registry import Registry
    from embedkit.runs.run import Run

CURVE_SHARES = "[0.125, 0.25, 0.5, 0.75]"
"""The shares of a learning curve, in YAML."""


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
@click.option("--resume", is_flag=True, help="Continue an interrupted run from its newest valid checkpoint.")
@click.option(
    "--learning-curve",
    "curve",
    is_flag=True,
    help="Train also on nested shares of the training texts, and forecast what more labels would bring: "
    f"sets data.learning_curve to {CURVE_SHARES}.",
)
@executor_options
@strict_option
@trust_option
@quiet_option
@click.pass_context
def command(
    ctx: click.Context,
    recipe: str,
    out: Path | None,
    overrides: tuple[str, ...],
    how: Literal["sampled", "full"],
    resume: bool,
    curve: bool,
    executor: str | None,
    address: str | None,
    jobs: int | None,
    fail_fast: bool,
    strict: bool,
    trust: bool,
    quiet: bool,
) -> None:
    """Run RECIPE, a file or the name of a bundled recipe, and write everything into a run directory."""
    from embedkit.distributed.failures import as_one
    from embedkit.distributed.process_group import join
    from embedkit.experiments.executors import ExecutorOptions
    from embedkit.experiments.run import RunOptions, execute
    from embedkit.plugin.registry import build_registry
    from embedkit.recipe.load import load_recipe
    from embedkit.recipe.matrix import MatrixRecipe
    from embedkit.recipe.ranking import RankingRecipe

    blocked = blocked_plugins(ctx)
    overrides = (f"data.learning_curve={CURVE_SHARES}", *overrides) if curve else overrides
    with as_one(join()):
        registry = build_registry(blocked, trust)
        loaded = load_recipe(recipe, registry, overrides)
        directory = run_directory(loaded.name, out, resume)
        command = [*_command(blocked, recipe, directory, overrides), *_options(ctx)]
        with says_how_to_go_on(lambda: _kept(partial_of(directory)), [*command, "--resume"]):
            where = ExecutorOptions.chosen(executor, jobs, address)
            options = RunOptions(directory, how, Reporter(), resume, strict, where, fail_fast)
            if isinstance(loaded, MatrixRecipe | RankingRecipe):
                failed = _run_ranked(loaded, registry, options, quiet)
                ctx.exit(1 if failed else 0)
            with _reporting(quiet or not join().is_main) as reporter:
                run = execute(loaded, registry, replace(options, reporter=reporter))
            if not quiet and join().is_main:
                _print(run)


def _run_ranked(recipe: Ranked, registry: Registry, options: RunOptions, quiet: bool) -> bool:
    """Make the runs of a matrix or a ranking, and print it; return whether a candidate failed."""
    from embedkit.cli.ranking import ranking_audience, show_ranking
    from embedkit.experiments.run import execute_ranked

    with ranking_audience(quiet) as audience:
        run = execute_ranked(recipe, registry, options, audience)
    return show_ranking(run, quiet)


def _command(blocked: Sequence[str], recipe: str, directory: Path, overrides: Sequence[str]) -> list[str]:
    """Return the command line that was typed, with the run directory that was chosen."""
    sets = [part for key_value in overrides for part in ("--set", key_value)]
    plugins = [f"-pno:{name}" for name in blocked]
    return ["embedkit", *plugins, "run", recipe, "--out", str(directory), *sets]


def _options(ctx: click.Context) -> list[str]:
    """Return the options that were typed and that a run goes on with."""
    flags = [f"--{name.replace('_', '-')}" for name in ("trust", "strict", "fail_fast") if ctx.params[name]]
    values = {name: ctx.params[name] for name in ("executor", "address", "jobs") if ctx.params[name]}
    return [*(part for name, value in values.items() for part in (f"--{name}", str(value))), *flags]


def _reporting(quiet: bool) -> AbstractContextManager[Reporter]:
    """Return a reporter that prints the progress of a run, or one that is silent."""
    if quiet:
        return nullcontext(Reporter())
    from embedkit.report.terminal.progress import console_reporter

    return console_reporter()


def _print(run: Run) -> None:
    """Print the results of a run.

    Raises RunError for damaged files of the run, and ScreenError if the results cannot be printed.
    """
    from embedkit.report.terminal.run import print_results

    try:
        print_results(run)
    except EmbedkitError:
        raise
    except Exception as error:
        reason = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        hint = f"The run is finished, and all of it is in {run.path}."
        raise ScreenError(Fault(f"the results cannot be printed: {reason}", hint=hint)) from error


def _kept(partial: Path) -> list[str]:
    """Return the names of what a working directory holds to resume from, newest last."""
    return ["the finished run"] if is_complete(partial) else [path.name for path in progress_of(partial)]
