"""`embedkit vectors distil`: write the word vectors of a recipe, or of a list of words, as a file."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from embedkit.cli.options import lines_of
from embedkit.errors import DataError, Fault
from embedkit.runs.reporter import Reporter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embedkit.plugin.registry import Registry
    from embedkit.recipe.document import Plain
    from embedkit.tasks.word_vectors import WordVectors


@dataclass(frozen=True)
class Distillation:
    """What is distilled: the recipe `source`, with `overrides`, or the words of the file `source`.

    It is a file of words if the path of a text encoder is given, `encoder`; then `dim` components are kept.
    """

    source: str
    overrides: Sequence[str] = ()
    encoder: str | None = None
    dim: int | None = None

    def vectors(self, registry: Registry, quiet: bool) -> WordVectors:
        """Return the words and their vectors; progress goes to standard error unless `quiet`.

        Raises DataError for a file of words that cannot be read, and what loading a recipe or opening the
        embedding raises.
        """
        from embedkit.report.terminal.progress import console_reporter

        with nullcontext(Reporter()) if quiet else console_reporter() as reporter:
            if self.encoder is None:
                return self._of_recipe(registry, reporter)
            return self._of_words(registry, reporter)

    def _of_recipe(self, registry: Registry, reporter: Reporter) -> WordVectors:
        from embedkit.recipe.load import load_single
        from embedkit.tasks.word_vectors import vectors_of_recipe

        if self.dim is not None:
            hint = "In a recipe it is a key: --set embedding.dim=256."
            raise DataError(Fault("is for a list of words, with --encoder", where="--dim", hint=hint))
        return vectors_of_recipe(load_single(self.source, registry, self.overrides), registry, reporter)

    def _of_words(self, registry: Registry, reporter: Reporter) -> WordVectors:
        from embedkit.tasks.word_vectors import distilled_vectors

        if self.overrides:
            raise DataError(Fault("is for a recipe, without --encoder", where="--set"))
        parameters: Plain = {"encoder": {"use": "transformers", "path": self.encoder}, "dim": self.dim}
        return distilled_vectors(_words(self.source), parameters, registry, reporter)


def _words(file: str) -> list[str]:
    """Return the lines of a UTF-8 file but for empty ones. Raises DataError if it cannot be read."""
    try:
        with Path(file).open("rb") as opened:
            return [line for line in lines_of(opened) if line]
    except OSError as error:
        raise DataError(Fault(f"cannot be read: {error.strerror}", where=file)) from error
