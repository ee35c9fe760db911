"""Arguments and options that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def set_option(command: F) -> F:
    """`--set KEY=VALUE`, any number of times."""
    text = "Override a key of the recipe, such as training.epochs=5 or tokenizer=whitespace."
    return click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help=text)(command)


def quiet_option(command: F) -> F:
    """`-q`: nothing but errors."""
    return click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")(command)


def json_option(command: F) -> F:
    """`--json`: one JSON document on standard output, and nothing else there."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")(
        command
    )


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))
