"""Check whether an interrupted run can be resumed: its recipe and its input files must be unchanged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from embedkit.errors import Fault, RunError, shortened
from embedkit.recipe.document import Plain, describe, dotted
from embedkit.recipe.dump import dump_inline
from embedkit.recipe.yaml import read_document
from embedkit.runs import layout
from embedkit.runs.files import read_json
from embedkit.runs.json_schemas import check_form
from embedkit.runs.sessions import record_session

if TYPE_CHECKING:
    from embedkit.recipe.document import KeyPath
    from embedkit.runs.writer import RunWriter


class WrittenRecipe(Protocol):
    """A recipe as a run directory holds it."""

    def to_plain(self) -> dict[str, Any]:
        """Return the recipe as plain data."""

    def to_yaml(self) -> str:
        """Return the recipe as YAML."""


def begin(writer: RunWriter, recipe: WrittenRecipe, environment: Plain) -> list[str]:
    """Write the recipe and environment of a new run; for a resumed run, check that they are unchanged.

    Raises RunError if the recipe or an input file has changed. Other versions and settings are no error: the
    changes are recorded, and returned as text.
    """
    if writer.resumed and writer.group.is_main:
        refuse_other_recipe(writer.directory, recipe)
        refuse_other_inputs(writer.directory, environment["inputs"])
        return record_session(writer.directory, environment)
    if not writer.resumed:
        writer.text(layout.RECIPE, recipe.to_yaml())
        writer.json(layout.ENVIRONMENT, environment)
    return []


def refuse_other_recipe(directory: Path, recipe: WrittenRecipe) -> None:
    """Raise RunError, with the keys that differ, if the run in `directory` started with another recipe."""
    before = read_document(directory / layout.RECIPE).data
    changed = [*_changes(before, recipe.to_plain(), ())]
    if changed:
        hint = "Go on with the recipe as it was, or choose another --out."
        faults = [Fault(what, where=str(directory), hint=None) for what in changed]
        raise RunError(*faults[:-1], Fault(changed[-1], where=str(directory), hint=hint))


def refuse_other_inputs(directory: Path, inputs: Mapping[str, Plain]) -> None:
    """Raise RunError if an input file of the run in `directory` has changed."""
    path = directory / layout.ENVIRONMENT
    environment = read_json(path)
    check_form(path, "training", 0, environment)
    before = environment["inputs"]
    faults = [
        Fault(f"the {_thing(now)} has changed since the run was started", where=str(now["path"]))
        for key, now in inputs.items()
        if key not in before
        or any(now[name] != before[key][name] for name in now.keys() & before[key].keys())
    ]
    if faults:
        raise RunError(*faults)


def _thing(described: Plain) -> str:
    return "folder" if "files" in described else "file"


def _changes(before: Any, now: Any, path: KeyPath) -> Iterator[str]:
    """Yield one sentence for each key whose value differs."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*before, *now)):
            yield from _changes(before.get(key), now.get(key), (*path, key))
    elif before != now:
        was, is_now = describe(before), describe(now)
        if was == is_now:
            was, is_now = shortened(dump_inline(before)), shortened(dump_inline(now))
        yield f"the recipe has changed: {dotted(path)} was {was} and is {is_now}"
