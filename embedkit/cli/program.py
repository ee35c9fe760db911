"""The `embedkit` program: its commands, its global options, and how it ends."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

import click

from embedkit import __version__
from embedkit.cli.ending import UNPRINTED, PastClick, end, past_click
from embedkit.cli.garbage import collect_as_usual
from embedkit.cli.plugin_commands import (
    blocked_command,
    blocked_plugins,
    describe_commands,
    load_command,
    plugin_commands,
)
from embedkit.errors import EmbedkitError, Fault, unforeseen
from embedkit.escaping import escaped_lines
from embedkit.report.terminal.lines import escape_what_cannot_be_encoded, say, write
from embedkit.report.terminal.streams import is_lost, is_of_output

__all__ = ["blocked_plugins", "main", "program"]

COMMANDS = {
    "recipes": "List the recipes that come with embedkit, or copy one.",
    "rank": "Rank ways of turning words into vectors on your own texts.",
    "run": "Run a recipe: train and evaluate, or evaluate a trained model.",
    "validate": "Check recipes and report all errors at once, with file and line.",
    "show": "Print a recipe as YAML with every default filled in.",
    "schema": "Print the JSON Schema of recipes, for editors.",
    "explain": "Report whether errors go with missing words, or look at one text.",
    "predict": "Classify texts with the model of a finished run.",
    "compare": "Compare finished runs, text by text: which is better?",
    "report": "Write a page about a run, a ranking or several runs.",
    "plugins": "List installed plugins and their components.",
    "vectors": "Inspect, check, convert and fetch word-vector files.",
    "cache": "List or clear the cache of vectors and tokens.",
}
"""Name and one line of help of each command; `cli/<name>.py` holds it as `command`."""

QUICK = frozenset({"recipes", "validate", "show", "schema", "plugins"})
"""Commands that are done in a moment."""


class LazyGroup(click.Group):
    """A group that imports a command when it is called; `--help` imports none."""

    def make_context(self, *arguments: Any, **more: Any) -> click.Context:
        """Make the context, and print `--help`, as click does.

        Raises PastClick for interrupts and system errors.
        """
        with past_click():
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command as click does. Raises PastClick for interrupts and system errors."""
        with past_click():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the built-in commands, in their order, then those of plugins."""
        return [*COMMANDS, *(name for name in plugin_commands(ctx) if name not in COMMANDS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command called `cmd_name`, built-in or from a plugin; None if there is none."""
        if cmd_name not in QUICK:
            collect_as_usual()
        if cmd_name in COMMANDS:
            command: click.Command = importlib.import_module(f"embedkit.cli.{cmd_name}").command
            return command
        claims = plugin_commands(ctx).get(cmd_name)
        return load_command(cmd_name, claims) if claims else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command as click does; the error for an unknown name suggests the nearest one."""
        if args and args[0] not in COMMANDS and args[0] not in plugin_commands(ctx):
            hint = blocked_command(ctx, args[0])
            ctx.fail(str(Fault.unknown("command", args[0], self.list_commands(ctx), hint=hint)))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands with their help, from COMMANDS and from the metadata of plugins."""
        with formatter.section("Commands"):
            formatter.write_dl([*COMMANDS.items()])
        from_plugins = describe_commands(plugin_commands(ctx), COMMANDS)
        if from_plugins:
            with formatter.section("Commands of plugins"):
                formatter.write_dl(from_plugins)


def _block(_ctx: click.Context, _parameter: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    for value in values:
        if not value.startswith("no:"):
            raise click.BadParameter(f"'{value}' does not start with no: (allowed: -p no:NAME)")
    return tuple(value.removeprefix("no:") for value in values)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="embedkit")
@click.option(
    "-p",
    "blocked",
    metavar="no:NAME",
    multiple=True,
    is_eager=True,  # so that --help knows
    callback=_block,
    help="Do not load a plugin: a distribution, an entry point, or DISTRIBUTION:ENTRY.",
)
@click.option("--traceback", is_flag=True, help="Show where in the code an error came from.")
def program(blocked: tuple[str, ...], traceback: bool) -> None:
    """Which way of turning words into vectors works for your classifier, and why it fails where it fails.

    Start with: embedkit rank quickstart
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program and exit: 0 success, 1 the run failed, 2 wrong input, 3 done but the output was lost.

    An interrupt exits with 130; a signal that terminates the program, with 128 plus its number.
    """
    arguments = [*(sys.argv[1:] if arguments is None else arguments)]
    escape_what_cannot_be_encoded()
    # pydantic would look through all installed packages for plugins of its own: some 20 of validate's 270 ms.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        status = program.main(arguments, prog_name="embedkit", standalone_mode=False)
    except click.exceptions.Abort:
        end(130, "interrupted")
    except click.ClickException as error:
        with suppress(OSError, ValueError):
            _show(error)
        end(error.exit_code)
    except EmbedkitError as error:
        _show_traceback_if_asked(arguments)
        end(error.exit_code, *(f"error: {fault}" for fault in error.faults))
    except PastClick as past:
        _show_traceback_if_asked(arguments)
        _end_by(past.error)
    except Exception as error:
        _show_traceback_if_asked(arguments)
        end(1, f"error: {unforeseen(error)}")
    if is_lost(sys.stdout):
        end(UNPRINTED, "error: the output cannot be written")
    sys.exit(status if isinstance(status, int) else 0)


def _show(error: click.ClickException) -> None:
    """Print click's message about a wrong call, with the usage."""
    import io

    said = io.StringIO()
    error.show(said)
    write(escaped_lines(said.getvalue()), error=True)


def _end_by(error: KeyboardInterrupt | OSError) -> NoReturn:
    """Print a message for an interrupt or a system error, and exit; a broken pipe exits without a message."""
    if isinstance(error, KeyboardInterrupt):
        from embedkit.distributed.signals import Terminated, exit_code

        end(exit_code(error), f"terminated by {error}" if isinstance(error, Terminated) else "interrupted")
    if isinstance(error, BrokenPipeError):
        end(UNPRINTED)
    if is_of_output(error):
        end(UNPRINTED, f"error: the output cannot be written: {error.strerror or error}")
    end(1, f"error: {error.filename or 'input/output'}: {error.strerror or error}")


def _show_traceback_if_asked(arguments: Sequence[str]) -> None:
    if "--traceback" in arguments:
        import traceback

        with suppress(OSError, ValueError):
            for line in traceback.format_exc().splitlines():
                say(line, error=True)
