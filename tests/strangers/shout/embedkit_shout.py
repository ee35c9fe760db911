"""A tokenizer that shouts, and a command that does."""

from collections.abc import Sequence
from typing import Annotated

import click

from embedkit.plugin_api import Doc, Register, hookimpl


class Shout:
    """The words between white space, in capitals."""

    def __init__(self, *, ending: Annotated[str, Doc("put after every word")] = "") -> None:
        self.ending = ending

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        return [[word.upper() + self.ending for word in text.split()] for text in texts]


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `shout`."""
    register("shout", Shout)


@click.command()
@click.argument("text")
def shout(text: str) -> None:
    """Print TEXT in capitals, a word on each line."""
    for word in Shout().tokenize([text])[0]:
        click.echo(word)
