"""The `embedkit` program: its commands, its global options, and how it ends."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

import click

from embedkit import __version__
from embedkit.cli.ending import UNPRINTED, PastClick, end, past_click
from embedkit.cli.plugin_commands import (
    blocked_command,
    blocked_plugins,
    describe_commands,
    load_command,
    plugin_commands,
)
from embedkit.distributed.signals import Terminated, exit_code
from embedkit.errors import EmbedkitError, Fault
from embedkit.escaping import escaped_lines
from embedkit.report.terminal.lines import escape_what_cannot_be_encoded, say, write
from embedkit.report.terminal.streams import is_lost, is_of_output

__all__ = ["blocked_plugins", "main", "program"]

COMMANDS = {
    "recipes": "List the recipes that come with embedkit, or copy one.",
    "run": "Run a recipe: train and evaluate, or evaluate a trained model.",
    "validate": "Check recipes: every fault at once, with file and line.",
    "show": "Print a recipe as YAML with every default filled in.",
    "schema": "Print the JSON Schema of recipes, for editors.",
    "explain": "Say whether errors go with missing words, or look at one text.",
    "predict": "Classify texts with the model of a finished run.",
    "compare": "Compare finished runs, text by text: which is better?",
    "plugins": "List what the installed plugins bring.",
    "vectors": "Look into word-vector files, check, convert and fetch them.",
    "cache": "List what is kept of word-vector files, or delete it.",
}
"""Name and one line of help of each command; `cli/<name>.py` holds it as `command`."""


class LazyGroup(click.Group):
    """Imports a command when it is called; `--help` imports none of them."""

    def make_context(self, *arguments: Any, **more: Any) -> click.Context:
        """As click does it; `--help` prints here."""
        with past_click():
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """As click does it."""
        with past_click():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The built-in commands in their order, then those of plugins."""
        return [*COMMANDS, *(name for name in plugin_commands(ctx) if name not in COMMANDS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command called `cmd_name`: a built-in one, or a plugin's, or None."""
        if cmd_name in COMMANDS:
            command: click.Command = importlib.import_module(f"embedkit.cli.{cmd_name}").command
            return command
        claims = plugin_commands(ctx).get(cmd_name)
        return load_command(cmd_name, claims) if claims else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with the nearest name for one that does not exist."""
        if args and args[0] not in COMMANDS and args[0] not in plugin_commands(ctx):
            hint = blocked_command(ctx, args[0])
            ctx.fail(str(Fault.unknown("command", args[0], self.list_commands(ctx), hint=hint)))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their help, from the table above and from metadata."""
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

    Start with: embedkit run quickstart
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program and exit: 0 done, 1 the run failed, 2 the input is wrong, 3 done and not printed.

    Where it is interrupted, 130; where a signal terminates it, 128 and the signal's number.
    """
    arguments = [*(sys.argv[1:] if arguments is None else arguments)]
    escape_what_cannot_be_encoded()
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
        end(1, f"error: {_unforeseen(error)}")
    if is_lost(sys.stdout):
        end(UNPRINTED, "error: the output cannot be written")
    sys.exit(status if isinstance(status, int) else 0)


def _unforeseen(error: Exception) -> str:
    """What is said of an error that none of ours stands for: no memory, or a fault of the program."""
    said = str(error).partition("\n")[0]
    if isinstance(error, MemoryError) or "allocate memory" in said or "out of memory" in said:
        return f"there is not enough memory: {said or type(error).__name__}"
    what = f"{type(error).__name__}: {said}" if said else type(error).__name__
    hint = "This is a fault of embedkit or of a plugin; --traceback shows where it is."
    return f"{what}\n    {hint}"


def _show(error: click.ClickException) -> None:
    """Print what click says of a wrong call, with usage and all."""
    import io

    said = io.StringIO()
    error.show(said)
    write(escaped_lines(said.getvalue()), error=True)


def _end_by(error: KeyboardInterrupt | OSError) -> NoReturn:
    """Exit as an interrupt asks for, or an error of the system; a reader that went away needs no message."""
    if isinstance(error, KeyboardInterrupt):
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
