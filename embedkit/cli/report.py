"""`embedkit report`: write the page of a run, a ranking or a comparison."""

from __future__ import annotations

from pathlib import Path

import click

from embedkit.cli.program import blocked_plugins
from embedkit.report.terminal.lines import say
from embedkit.runs import layout


@click.command()
@click.argument("directories", metavar="RUN…", nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"The file to write; by default {layout.REPORT} in the directory of the run.",
)
@click.option("--split", metavar="NAME", help="Of several runs: the split to compare on.")
@click.pass_context
def command(ctx: click.Context, directories: tuple[str, ...], out: Path | None, split: str | None) -> None:
    """Write a page about the finished run, ranking or matrix in the directory RUN, as one HTML file.

    Several RUNs are compared, as by `embedkit compare`; the page is written into the current directory.
    """
    from embedkit.plugin.registry import build_registry
    from embedkit.report.html.write import write_report
    from embedkit.runs.run import Run

    if split is not None and len(directories) == 1:
        raise click.UsageError("--split says where several runs are compared; this is one run")
    registry = build_registry(blocked_plugins(ctx))
    say(str(write_report([Run(directory) for directory in directories], registry, out, split)))
