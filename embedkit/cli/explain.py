"""`embedkit explain`: why a run fails where it fails, as far as its words can tell; or one of its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from embedkit.cli.options import json_option, print_json

if TYPE_CHECKING:
    from embedkit.runs import Run


@click.command()
@click.argument("directory", metavar="RUN")
@click.option("--id", "number", type=int, metavar="N", help="Only the text with this id, token by token.")
@click.option("--split", help="Only this split, such as test.")
@json_option
def command(directory: str, number: int | None, split: str | None, as_json: bool) -> None:
    """Say what the finished run in the directory RUN found out about out-of-vocabulary words."""
    from embedkit.runs import Run

    run = Run(directory)
    if number is not None:
        _explain_text(run, number, split, as_json)
    else:
        _explain_run(run, split, as_json)


def _explain_text(run: Run, number: int, split: str | None, as_json: bool) -> None:
    from embedkit.explaining import Explanations

    texts = Explanations(run).of(number, split)
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
