"""Texts to label next, a command for active learning: those that a model is least sure of."""

from __future__ import annotations

from pathlib import Path

import click

from embedkit.plugin_api import DataError, Fault


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("texts", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-n", "count", type=click.IntRange(1), default=10, show_default=True, help="Texts to print.")
def command(run: Path, texts: Path, count: int) -> None:
    """Print the lines of TEXTS that the model of RUN is least sure of: probability, label, text.

    Lewis and Gale 1994, "A Sequential Algorithm for Training Text Classifiers".
    """
    from embedkit.plugin_api import load, open_text

    with open_text(str(texts), "utf-8") as file:
        lines = [line.strip() for line in file if line.strip()]
    if not lines:
        raise DataError(Fault("the file has no text", where=str(texts)))
    predicted = load(run).predict(lines).nsmallest(count, "probability")
    for text in predicted.itertuples():
        # repr keeps control characters in a text from reaching the terminal.
        click.echo(f"{text.probability:.3f}  {text.predicted}  {text.text!r}")
