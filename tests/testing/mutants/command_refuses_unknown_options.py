"""Takes a misspelt option for a text."""

import click


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("texts", nargs=-1)
@click.option("--ending", default="", help="Put after every text.")
def mutant(texts: tuple[str, ...], ending: str) -> None:
    """Print TEXTS in capitals."""
    for text in texts:
        click.echo(text.upper() + ending)
