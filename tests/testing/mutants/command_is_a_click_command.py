"""Is a function, without `@click.command()`."""

import click


def mutant(text: str = "") -> None:
    """Print TEXT in capitals."""
    click.echo(text.upper())
