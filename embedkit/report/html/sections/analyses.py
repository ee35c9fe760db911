"""The analyses of errors that a run, or the candidates of a ranking, permit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from embedkit.errors import EmbedkitError, RunError
from embedkit.report.html.blocks import Section
from embedkit.report.html.sections.agreement import agreement_blocks
from embedkit.report.html.sections.label_suspects import suspect_blocks
from embedkit.report.html.sections.probabilities import probabilities_section
from embedkit.report.html.sections.table import table_section
from embedkit.report.html.sections.word_values import word_value_blocks
from embedkit.report.html.sections.wrong_more_often import confusion_blocks, slices_blocks

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.held_out import HeldOut
    from embedkit.evaluation.error_analysis.nearest_texts import NearestTexts
    from embedkit.plugin.registry import Registry
    from embedkit.runs.errors import RunErrors
    from embedkit.runs.run import Run


def analyses_of(errors: RunErrors, model: str | None = None) -> Iterator[Section]:
    """Yield how good the probabilities of `model`, or the first one, are, and where it is wrong more often.

    Yields nothing if the held-out texts have several labels each, or none.
    """
    held_out = _held_out(errors)
    if held_out is None:
        return
    from embedkit.evaluation.error_analysis.confusion_words import confusion_words
    from embedkit.evaluation.error_analysis.curves import curves
    from embedkit.evaluation.error_analysis.slices import find_slices

    place = held_out.models.index(model) if model in held_out.models else 0
    own = held_out.of_models([place])
    yield probabilities_section(curves(own))
    blocks = [*slices_blocks(find_slices(own)), *confusion_blocks(confusion_words(own))]
    yield Section("wrong-more-often", "What is wrong more often", blocks)


def shared_errors(errors: RunErrors) -> Iterator[Section]:
    """Yield the texts that no model gets right, if there are several, and those whose label looks wrong."""
    held_out = _held_out(errors)
    if held_out is not None and len(held_out.models) > 1:
        yield Section("never-right", "Never right", agreement_blocks(errors.never_right))
    if held_out is not None:
        yield Section("labels", "Labels that look wrong", suspect_blocks(errors.label_suspects))


def missing_words(errors: RunErrors) -> Iterator[Section]:
    """Yield what vectors for the missing words are worth; nothing if that cannot be told."""
    if _held_out(errors) is not None:
        blocks = word_value_blocks(errors.word_values)
        yield Section("word-values", "What missing words are worth", blocks)


def nearest_of(run: Run, registry: Registry) -> NearestTexts | None:
    """Return the training texts nearest to wrong texts; None if the run does not have vectors of texts."""
    from embedkit.tasks.nearest_texts import nearest_training_texts

    if _held_out(run.errors) is None:
        return None
    try:
        return nearest_training_texts(run, registry)
    except EmbedkitError:
        return None


def table_of(run: Run) -> Section | None:
    """Return what training did to the embedding matrix; None if there is none."""
    try:
        return table_section(run.errors.table_changes())
    except RunError:
        return None


def _held_out(errors: RunErrors) -> HeldOut | None:
    try:
        return errors.held_out
    except RunError:
        return None
