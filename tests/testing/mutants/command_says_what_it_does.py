"""Does not say what its option is for."""

import click


@click.command()
@click.argument("text")
@click.option("--ending", default="")
def mutant(text: str, ending: str) -> None:
    """Print TEXT in capitals."""
    click.echo(text.upper() + ending)
