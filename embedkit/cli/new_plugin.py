"""`embedkit plugins new`: the package of a new plugin, from the template of its kind."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from embedkit.cli.program import COMMANDS, blocked_plugins
from embedkit.errors import Fault, PluginError
from embedkit.report.terminal.lines import say


@click.command()
@click.argument("name")
@click.option("--kind", metavar="KIND", help="The kind of plugin; without it, the kinds are listed.")
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder to write; embedkit-NAME by default.",
)
@click.pass_context
def new(ctx: click.Context, name: str, kind: str | None, to: Path | None) -> None:
    """Write the package of a new plugin called NAME: code, tests, a recipe, tox.ini and CI.

    It works as it is: its tests pass, and its recipe runs.
    """
    from embedkit.plugin.new_name import NewName, name_faults, taken_faults
    from embedkit.plugin.registry import build_registry
    from embedkit.plugin.template import target_faults, write_package

    _refuse(*name_faults(name), *_kind_faults(kind))
    assert kind is not None
    named = NewName.of(name)
    target = to or Path(named.distribution)
    registry = build_registry(blocked_plugins(ctx))
    _refuse(*taken_faults(named, kind, registry, COMMANDS), *target_faults(target))
    write_package(kind, named, target)
    say(target)
    for step in _next_steps(target):
        say(f"    $ {step}")


def _refuse(*faults: Fault) -> None:
    if faults:
        raise PluginError(*faults)


def _kind_faults(kind: str | None) -> Iterator[Fault]:
    """Yield what is wrong with the kind; if there is none, every kind with a line on its template."""
    from embedkit.plugin.template import PLUGIN_KINDS, summary_of

    if kind is None:
        width = max(map(len, PLUGIN_KINDS))
        lines = [f"{each:{width}}  {summary_of(each)}" for each in PLUGIN_KINDS]
        yield Fault("which kind of plugin?", where="--kind", hint="\n    ".join(lines))
    elif kind not in PLUGIN_KINDS:
        yield Fault.unknown("kind of plugin", kind, PLUGIN_KINDS, where="--kind")


def _next_steps(target: Path) -> Iterator[str]:
    """Yield the commands that try the new package: each can be typed as it is."""
    yield f"cd {shlex.quote(str(target))}"
    yield 'python -m pip install --editable ".[dev]"'
    yield "python -m pytest"
    yield "embedkit run recipe.yaml --out runs/first"
    yield "python -m tox" + _embedkit_for_tox()


def _embedkit_for_tox() -> str:
    """Return the option of tox that names this embedkit; empty if it came from the package index."""
    from embedkit.plugin.origin import Origin
    from embedkit.plugin.provenance import DISTRIBUTION

    origin = Origin.find(DISTRIBUTION)
    return f' -x "testenv.deps+={origin.reference}"' if origin and origin.url else ""
