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


def held_out_of(errors: RunErrors) -> HeldOut | None:
    """Return what the models predict of held-out texts; None if these have several labels each, or none."""
    try:
        return errors.held_out
    except RunError:
        return None


def analyses_of(held_out: HeldOut) -> Iterator[Section]:
    """Yield how good the probabilities of the first model are, and where the models are wrong more often."""
    from embedkit.evaluation.error_analysis.confusion_words import confusion_words
    from embedkit.evaluation.error_analysis.curves import curves
    from embedkit.evaluation.error_analysis.slices import find_slices

    yield probabilities_section(curves(held_out))
    blocks = [*slices_blocks(find_slices(held_out)), *confusion_blocks(confusion_words(held_out))]
    yield Section("wrong-more-often", "What is wrong more often", blocks)


def shared_errors(errors: RunErrors) -> Iterator[Section]:
    """Yield the texts that no model gets right, if there are several, and those whose label looks wrong."""
    if len(errors.held_out.models) > 1:
        yield Section("never-right", "Never right", agreement_blocks(errors.never_right))
    yield Section("labels", "Labels that look wrong", suspect_blocks(errors.label_suspects))


def word_values_section(errors: RunErrors) -> Section:
    """Return what vectors for the missing words are worth, or why that cannot be told."""
    return Section("word-values", "What missing words are worth", word_value_blocks(errors.word_values))


def nearest_of(run: Run, registry: Registry) -> NearestTexts | str:
    """Return the training texts nearest to wrong texts, or why they cannot be told."""
    from embedkit.tasks.nearest_texts import nearest_training_texts

    try:
        return nearest_training_texts(run, registry)
    except EmbedkitError as error:
        return "; ".join(fault.what for fault in error.faults)


def table_of(run: Run) -> Section | None:
    """Return what training did to the embedding matrix; None if there is none."""
    try:
        return table_section(run.errors.table_changes())
    except RunError:
        return None
