"""A command that predicts with a run."""

import click

from embedkit.plugin_api import load


@click.command()
@click.argument("run")
@click.argument("text")
def command(run: str, text: str) -> None:
    """Print the class of TEXT by the model of RUN."""
    click.echo(load(run).predict([text])["predicted"].iloc[0])
