"""Every command with all of its options, from click."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from embedkit.cli.program import COMMANDS, program

from .markdown import code, page, paragraph, plain, table

INTRODUCTION = """\
Every command with all of its options, as `embedkit COMMAND --help` prints them. [Commands](commands.md) lists
them by what they do, with exit codes, environment variables and the cache."""


def render() -> str:
    """Return the page of the commands that come with embedkit; those of plugins are not on it."""
    blocks = [paragraph(INTRODUCTION), *_command(_context(program, "embedkit", None))]
    return page("Command line", *blocks)


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    return click.Context(command, info_name=name, parent=parent)


def _command(context: click.Context) -> Iterator[str]:
    """Yield the section of a command, then those of the commands below it."""
    command = context.command
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"## {code(context.command_path)}"
    yield paragraph(plain(inspect.cleandoc(command.help or "")))
    yield f"```text\n{usage}\n```"
    rows = [row for parameter in command.params if (row := _row(parameter, context))]
    if rows:
        yield table(("option", "meaning"), rows)
    if isinstance(command, click.Group):
        names = COMMANDS if command is program else command.list_commands(context)
        for name in names:
            below = command.get_command(context, name)
            if below is not None:
                yield from _command(_context(below, name, context))


def _row(parameter: click.Parameter, context: click.Context) -> tuple[str, str] | None:
    """Return how an option is written, and its help; None for an argument, which the usage shows."""
    record = parameter.get_help_record(context)
    if record is None or isinstance(parameter, click.Argument):
        return None
    written, meaning = record
    return code(written), plain(meaning)
