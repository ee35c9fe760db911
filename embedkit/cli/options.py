"""Arguments and options shared by several commands, and helpers for their output and input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import IO, Any, TypeVar

import click
from click.core import ParameterSource

from embedkit.errors import DataError, Fault
from embedkit.escaping import escaped_json
from embedkit.report.terminal.lines import can_encode, write

F = TypeVar("F", bound=Callable[..., Any])


def set_option(command: F) -> F:
    """Add the option `--set KEY=VALUE`, which may be repeated."""
    text = "Override a key of the recipe, such as training.epochs=5 or tokenizer=whitespace."
    return click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help=text)(command)


def strict_option(command: F) -> F:
    """Add the option `--strict`, which turns warnings about the data into errors."""
    return click.option("--strict", is_flag=True, help="Treat warnings about the data as errors.")(command)


def trust_option(command: F) -> F:
    """Add the option `--trust`, which lets code in files run."""
    text = "Allow code in files that the recipe names to run, such as a pickle of gensim's."
    return click.option("--trust", is_flag=True, help=text)(command)


def quiet_option(command: F) -> F:
    """Add the option `-q`, which prints nothing but errors."""
    return click.option("-q", "--quiet", is_flag=True, help="Print only errors.")(command)


def executor_options(command: F) -> F:
    """Add the options that say where runs are made: `--executor`, `--address`, `--jobs` and `--fail-fast`."""
    options = (
        click.option(
            "--executor",
            type=click.Choice(["serial", "processes", "ray"]),
            help="Make runs one after another, in processes of this machine, or on a Ray cluster.",
        ),
        click.option("--address", metavar="ADDRESS", help="The Ray cluster: auto, HOST:PORT or ray://…"),
        click.option("--jobs", type=click.IntRange(1), metavar="N", help="Make N runs at once, at most."),
        click.option("--fail-fast", is_flag=True, help="Stop at the first run that fails."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def json_option(command: F) -> F:
    """Add the option `--json`, which prints one JSON document on standard output, and nothing else there."""
    return click.option("--json", "as_json", is_flag=True, help="Print a single JSON document.")(command)


def print_json(value: object) -> None:
    """Print a JSON document on standard output, in ASCII if the output cannot encode other characters."""
    import json

    document = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    if not can_encode(document):
        document = json.dumps(value, indent=2, allow_nan=False)
    write(escaped_json(document) + "\n")


def lines_of(file: IO[bytes]) -> Sequence[str]:
    """Return the lines of a UTF-8 file, split at LF only, without a BOM and without CR before LF.

    Other line separators, such as U+2028, do not end a line. Raises DataError for a file that is not UTF-8.
    """
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(Fault(f"not UTF-8 at byte {error.start}", where=file.name)) from None
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def command_again(ctx: click.Context, **changed: object) -> list[str]:
    """Return the command line that was typed, in full, with some of its options `changed`."""
    blocked = [f"-pno:{name}" for name in ctx.find_root().params.get("blocked", ())]
    words: list[str] = []
    for parameter in ctx.command.params:
        name = str(parameter.name)
        value = changed.get(name, ctx.params.get(name))
        given = ctx.get_parameter_source(name) is not ParameterSource.DEFAULT
        if not (given or name in changed) or value is None:
            continue
        words += _typed(parameter, value)
    return ["embedkit", *blocked, str(ctx.info_name), *words]


def _typed(parameter: click.Parameter, value: object) -> list[str]:
    """Return how a parameter is typed with a value."""
    values = value if isinstance(value, tuple) else (value,)
    if isinstance(parameter, click.Argument):
        return [str(each) for each in values]
    option = parameter.opts[-1]
    if value is True:
        return [option]
    return [] if value is False else [part for each in values for part in (option, str(each))]
