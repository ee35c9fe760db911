"""`embedkit report`: write the page of a run, a ranking or a comparison."""

from __future__ import annotations

from pathlib import Path

import click

from embedkit.cli.program import blocked_plugins
from embedkit.report.terminal.lines import say
from embedkit.runs import layout


@click.command()
@click.argument("paths", metavar="RUN…|COMPARISON", nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"The file to write; by default {layout.REPORT} in the directory of the run.",
)
@click.option("--split", metavar="NAME", help="Of several runs: the split to compare on.")
@click.pass_context
def command(ctx: click.Context, paths: tuple[str, ...], out: Path | None, split: str | None) -> None:
    """Write a page about the finished run, ranking or matrix in the directory RUN, as one HTML file.

    Several RUNs are compared, as by `embedkit compare`. A COMPARISON is a file with what `embedkit compare
    --json` printed. Either page is written into the current directory.
    """
    from embedkit.plugin.registry import build_registry
    from embedkit.report.html.write import write_report

    if split is not None and len(paths) == 1:
        raise click.UsageError("--split says where several runs are compared, and needs several")
    registry = build_registry(blocked_plugins(ctx))
    say(str(write_report(paths, registry, out, split)))
