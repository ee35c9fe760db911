"""Checks of commands, which a plugin adds to `embedkit` by the entry-point group `embedkit.commands`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from embedkit.interfaces.calling import described
from embedkit.testing.check import check, expect
from embedkit.testing.checks.common import COMMAND, can_be_imported
from embedkit.testing.subject import Subject

UNKNOWN = "--an-option-that-no-command-has"
WRONG_USAGE = 2


@check(COMMAND, requires=(can_be_imported,))
def command_is_a_click_command(subject: Subject) -> None:
    """It is a `click.Command`, as `@click.command()` and `@click.group()` make."""
    import click

    made = subject.load()
    expect(isinstance(made, click.Command), "a click.Command", f"{made!r:.80}")


@check(COMMAND, requires=(command_is_a_click_command,))
def command_says_what_it_does(subject: Subject) -> None:
    """It has a help text, and so have its subcommands and all options."""
    silent = [*_silent(subject.load(), subject.name)]
    expect(not silent, "a help text of every command and option", f"none of {', '.join(silent)}")


@check(COMMAND, requires=(command_is_a_click_command,))
def command_shows_its_help(subject: Subject) -> None:
    """`--help` prints how it is used, and ends with exit code 0."""
    result = _call(subject, "--help")
    expect(result.exit_code == 0, "exit code 0 of --help", _ending(result))
    expect("Usage:" in result.output, "the usage, printed by --help", f"{result.output!r:.80}")


@check(COMMAND, requires=(command_is_a_click_command,))
def command_refuses_unknown_options(subject: Subject) -> None:
    """An option that it does not have is an error with exit code 2."""
    result = _call(subject, UNKNOWN)
    expect(result.exit_code == WRONG_USAGE, f"exit code 2 for {UNKNOWN}", _ending(result))


def _call(subject: Subject, *arguments: str) -> Any:
    """Call the command as `embedkit` does, and return click's result."""
    from click.testing import CliRunner

    return CliRunner().invoke(subject.load(), arguments, prog_name=f"embedkit {subject.name}")  # type: ignore[arg-type]


def _ending(result: Any) -> str:
    error = result.exception
    raised = f", {described(error)}" if error is not None and not isinstance(error, SystemExit) else ""
    return f"{result.exit_code}{raised}"


def _silent(command: Any, name: str) -> Iterator[str]:
    """Yield the names of commands and options without a help text, hidden ones aside."""
    import click

    if not (command.help or "").strip():
        yield f"embedkit {name}"
    options = (each for each in command.params if isinstance(each, click.Option) and not each.hidden)
    yield from (f"embedkit {name} {each.opts[0]}" for each in options if not (each.help or "").strip())
    for inner in getattr(command, "commands", {}).values():
        if not inner.hidden:
            yield from _silent(inner, f"{name} {inner.name}")
