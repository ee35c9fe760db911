"""The input of `embedkit predict`: lines of a file, or rows of a table that a reader reads."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click

from embedkit.cli.options import lines_of
from embedkit.errors import DataError, Fault
from embedkit.report.terminal.lines import say

if TYPE_CHECKING:
    from embedkit.interfaces import Example
    from embedkit.plugin.registry import Component

READER_OF = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
"""Suffixes of tables, and what reads them."""


def lines_of_file(name: str) -> Sequence[str]:
    """Return the lines of a file, or of standard input for `-`; warn if the file looks like a table.

    Raises DataError for a file that cannot be read, is a device, or is not UTF-8.
    """
    reader = _reader_of(name)
    if reader:
        hint = f"to read its rows: --reader {reader} --text COLUMN"
        say(f"warning: each line of {name} is taken as a text; {hint}", error=True)
    try:
        _refuse_devices(name)
        with click.open_file(name, "rb") as file:
            return lines_of(file)
    except OSError as error:
        raise DataError(Fault(f"cannot be read: {error.strerror}", where=name)) from error


def _reader_of(name: str) -> str | None:
    """Return the reader for a table, from the suffixes of its name; None if they are not those of a table."""
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes[-2:]]
    return next((READER_OF[suffix] for suffix in suffixes if suffix in READER_OF), None)


def _refuse_devices(name: str) -> None:
    """Raise DataError for a device that never ends, such as /dev/zero; pipes and terminals are accepted."""
    if name == "-":
        return
    mode = Path(name).stat().st_mode
    device = stat.S_ISCHR(mode) and not str(Path(name).resolve()).startswith(("/dev/tty", "/dev/pts"))
    if device or stat.S_ISBLK(mode):
        raise DataError(Fault("is a device, not a regular file", where=name))


@dataclass(frozen=True)
class Table:
    """A table to predict: the reader, its file, its text column and its keys."""

    reader: str | None
    file: str | None
    column: str | None
    keys: Sequence[str]

    def check(self, texts: Sequence[str]) -> None:
        """Raise DataError if the options contradict each other."""
        if not self.reader and (self.column or self.keys):
            raise DataError(Fault("--text and --set are of a reader: name it with --reader", where="predict"))
        if self.reader and (not self.file or texts):
            raise DataError(Fault("--reader reads the file of --input, without any TEXT", where="predict"))

    def examples(self, blocked: Sequence[str]) -> list[Example]:
        """Return the examples of the table, without labels. Raises RecipeError or DataError."""
        from embedkit.plugin.registry import build_registry
        from embedkit.recipe.components import Components
        from embedkit.recipe.evaluation import EvaluationRecipe
        from embedkit.recipe.load import load_recipe

        registry = build_registry(blocked)
        overrides = [f"data.test.{key}" for key in self.keys]
        recipe = load_recipe(
            self._recipe(registry.get("reader", str(self.reader), "--reader")), registry, overrides
        )
        assert isinstance(recipe, EvaluationRecipe)
        components = Components(recipe, registry)
        components.input_files()
        return [*components.reader("test").read()]

    def _recipe(self, component: Component) -> dict[str, object]:
        """Return a recipe that reads the table, without labels if its reader allows that."""
        column = {"text": self.column} if self.column else {}
        label = {"label": None} if "label" in component.parameters.model_fields else {}
        spec = {"use": self.reader, "path": self.file, **column, **label}
        return {"name": "predict", "model": ".", "data": {"test": spec}}
