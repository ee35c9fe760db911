"""A trained model with its tokenizer and vocabulary, as `embedkit.load` returns it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from embedkit.data.labels import Labelling
from embedkit.distributed.process_group import ALONE, ProcessGroup
from embedkit.evaluation.outputs import check_finite, score_split
from embedkit.evaluation.predictions import Predictions
from embedkit.files.storage import Storage
from embedkit.inference.averaging import averaged_scores
from embedkit.inference.predictor import Predictor, SplitInput
from embedkit.text.batching import EncodedSplit
from embedkit.text.encoding import TokenizedSplit

if TYPE_CHECKING:
    from embedkit.interfaces import FittedBaseline
    from embedkit.model.classifier import TextClassifier
    from embedkit.model.table_rows import TableRows
    from embedkit.model.unseen import Unseen


@dataclass(frozen=True)
class Classifier(Predictor):
    """A trained model, ready to classify texts.

    Words that the model's embedder does not know are looked up in `source`, if there is one. If there is a
    baseline `averaged_with`, predictions are the mean of its probabilities and the model's.
    """

    model: TextClassifier
    input: SplitInput
    labelling: Labelling
    threshold: float = 0.5
    source: Callable[[Sequence[str]], Unseen] | None = None
    averaged_with: FittedBaseline | None = None

    @property
    def rows(self) -> TableRows:
        """Return the words that training had, and those that were looked up later."""
        return self.model.embedding.rows

    def storing(self, storage: Storage) -> Self:
        """Return a classifier that keeps tokens and ids in `storage`."""
        return replace(self, input=self.input.storing(storage))

    def encode(self, split: TokenizedSplit) -> EncodedSplit:
        """Return the texts of a split as inputs of the model's embedder, with the targets of their labels."""
        inputs = self.model.embedding.encode(split, self.input.storage)
        targets = self.labelling.targets(split.examples.labels)
        length = self.input.pad_to if self.model.embedding.entries_are_tokens else None
        return EncodedSplit(inputs, targets, split.examples.ids, length)

    def extended(self, unseen: Unseen) -> Classifier:
        """Return a classifier whose embedder knows the words in `unseen` too."""
        embedding = self.model.embedding.extended(unseen)
        return replace(self, model=self.model.with_embedder(embedding))

    def judge(self, split: TokenizedSplit, group: ProcessGroup = ALONE) -> Predictions:
        """Return the model's predictions for a split.

        Unknown words are first looked up in the source, if there is one. The processes of `group` share the
        texts, and each process gets all predictions. Raises TrainingError if the outputs are not finite.
        """
        unknown = self.model.embedding.unknown(split.tokens) if self.source else []
        if self.source and unknown:
            return self.extended(self.source(unknown))._judge(split, group)
        return self._judge(split, group)

    def _judge(self, split: TokenizedSplit, group: ProcessGroup) -> Predictions:
        scored = score_split(self.model, self.encode(split), group=group)
        check_finite(scored, split.name, split.examples.ids)
        known, labelling, threshold = self.model.embedding, self.labelling, self.threshold
        if self.averaged_with is None:
            return Predictions(split, known, scored, labelling, threshold)
        averaged = averaged_scores(scored, self.averaged_with, split, labelling)
        return Predictions(split, known, averaged, labelling, threshold, network=scored)
