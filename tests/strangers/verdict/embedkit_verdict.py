"""A command that says in words how sure a trained model is."""

import click

from embedkit.plugin_api import load


@click.command()
@click.argument("run")
@click.argument("text", nargs=-1, required=True)
@click.option("--sure", type=float, default=0.9, help="Probability from which on the verdict is sure.")
def verdict(run: str, text: tuple[str, ...], sure: float) -> None:
    """Say which class each TEXT is of, by the model of RUN."""
    for row in load(run).predict(text).itertuples():
        word = "surely" if row.probability >= sure else "perhaps"
        click.echo(f"{word} {row.predicted}: {row.text}")
