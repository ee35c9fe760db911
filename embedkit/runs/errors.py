"""The analyses of a run's errors: `run.errors`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

from embedkit.runs.held_out_models import PredictedRun
from embedkit.runs.training_texts import ModelRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from embedkit.evaluation.error_analysis.confusion_words import ConfusionWords
    from embedkit.evaluation.error_analysis.curves import Curves
    from embedkit.evaluation.error_analysis.held_out import HeldOut
    from embedkit.evaluation.error_analysis.label_suspects import LabelSuspects
    from embedkit.evaluation.error_analysis.nearest_texts import NearestTexts
    from embedkit.evaluation.error_analysis.never_right import NeverRight
    from embedkit.evaluation.error_analysis.slices import Slices
    from embedkit.evaluation.error_analysis.table_changes import TableChanges
    from embedkit.evaluation.error_analysis.word_values import WordValues
    from embedkit.runs.text_vectors import Encode
    from embedkit.runs.training_texts import ModelTexts

BEFORE_AND_AFTER: tuple[Literal["before", "after"], ...] = ("before", "after")


class AnalyzedRun(PredictedRun, ModelRun, Protocol):
    """A run that has predictions, of one model or of those of several folds and seeds: a `Run`."""

    @property
    def folds(self) -> Sequence[AnalyzedRun]: ...


class RunErrors:
    """What the errors of a run, or of several, on held-out texts are.

    Every analysis is made when it is first asked for.
    """

    def __init__(self, run: AnalyzedRun, *others: AnalyzedRun) -> None:
        self._run = run
        self._others = others

    @cached_property
    def held_out(self) -> HeldOut:
        """Return what the models predict of the texts that were held out.

        A run has a model for each seed; a ranking or a matrix has one for each candidate and seed that ran as
        many folds as any did, and the texts of these folds. Models of several runs are named after these.

        Raises RunError if there are no predictions of labelled held-out texts with one label each, or if the
        models held out different texts.
        """
        from embedkit.runs.held_out_models import held_out_of, held_out_of_runs

        return held_out_of_runs([self._run, *self._others]) if self._others else held_out_of(self._run)

    def joined_with(self, *others: AnalyzedRun) -> RunErrors:
        """Return the analyses of the models of this run and of others, which held out the same texts."""
        return RunErrors(self._run, *self._others, *others)

    @cached_property
    def never_right(self) -> NeverRight:
        """Return the texts that every model gets wrong, and those on which the models disagree."""
        from embedkit.evaluation.error_analysis.never_right import never_right

        return never_right(self.held_out)

    @cached_property
    def label_suspects(self) -> LabelSuspects:
        """Return the texts whose label the models contradict, and how many labels look wrong."""
        from embedkit.evaluation.error_analysis.label_suspects import label_suspects

        return label_suspects(self.held_out)

    @cached_property
    def curves(self) -> Curves:
        """Return how good the probabilities of the first model are: curves, calibration, confusions."""
        from embedkit.evaluation.error_analysis.curves import curves

        return curves(self.held_out)

    def table_changes(self) -> TableChanges:
        """Return what training did to the embedding matrix: of the first model, where there are several.

        Raises RunError if the model has none.
        """
        from embedkit.evaluation.error_analysis.table_changes import table_changes
        from embedkit.runs.text_vectors import refuse_without_table, table_rows

        refuse_without_table(next(iter(self._run.folds), self._run))
        model = next(iter(self._models()))
        before, after = (model.run.embedding_frame(when).to_numpy()[1:] for when in BEFORE_AND_AFTER)
        return table_changes(table_rows(model), before, after)

    def nearest_texts(self, encode: Encode | None = None, vectors: str = "given vectors") -> NearestTexts:
        """Return the training texts nearest to each text that the first model, or its folds, gets wrong.

        Vectors of texts are means of rows of the model's embedding matrix, or those that `encode` gives;
        `vectors` then says what they are. Raises RunError if there is no matrix, or the run does not have its
        training texts.
        """
        from embedkit.evaluation.error_analysis.nearest_texts import nearest_texts
        from embedkit.runs.text_vectors import MEAN_OF_WORDS, predicted_of

        parts = predicted_of(self._models(), encode)
        return nearest_texts(parts, self.held_out.models[0], MEAN_OF_WORDS if encode is None else vectors)

    def _models(self) -> Iterator[ModelTexts]:
        from embedkit.runs.held_out_models import rows_held_out
        from embedkit.runs.training_texts import texts_of_models

        held_out = rows_held_out(self._run.path, self._run.predictions)
        return texts_of_models(self._run, self._run.folds, held_out)

    @cached_property
    def slices(self) -> Slices:
        """Return the words and lengths whose texts are wrong more often, confirmed on half of the texts.

        The function `find_slices` takes groups of texts, another level or another seed.
        """
        from embedkit.evaluation.error_analysis.slices import find_slices

        return find_slices(self.held_out)

    @cached_property
    def confusion_words(self) -> ConfusionWords:
        """Return the most frequent confusion pairs, and the words that tell their texts from right ones."""
        from embedkit.evaluation.error_analysis.confusion_words import confusion_words

        return confusion_words(self.held_out)

    @cached_property
    def word_values(self) -> WordValues:
        """Return what vectors for the missing words of the held-out texts are worth, in points of accuracy.

        If there are no such words, no table of word vectors, or several recipes, `why` says so.
        """
        from embedkit.evaluation.error_analysis.word_values import WordValues, word_values
        from embedkit.runs.missing_words import SEVERAL, missing_words_of

        found = SEVERAL if self._others else missing_words_of(self._run, self.held_out.classes)
        if isinstance(found, str):
            return WordValues(len(self.held_out.ids), (), None, None, 0, found)
        return word_values(self.held_out, found)
