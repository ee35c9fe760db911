"""`embedkit compare`: compare finished runs on the same examples."""

from __future__ import annotations

import click

from embedkit.cli.options import json_option, print_json


@click.command()
@click.argument("runs", metavar="RUN RUN…", nargs=-1, required=True)
@click.option("--split", metavar="NAME", help="The split to compare on; by default the last one.")
@json_option
def command(runs: tuple[str, ...], split: str | None, as_json: bool) -> None:
    """Compare finished RUNs, example by example: which is better, and is the difference significant?

    They must have been evaluated on the same examples, found by id.
    """
    from embedkit.tasks.compare import compare

    comparison = compare(runs, split)
    if as_json:
        print_json(comparison.to_plain())
        return

    from embedkit.report.terminal.comparison import print_comparison

    print_comparison(comparison)
