"""A fitted baseline with the words of its training texts, as `embedkit.load` returns it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from embedkit.distributed.process_group import ALONE, ProcessGroup
from embedkit.evaluation.outputs import scored_by
from embedkit.evaluation.predictions import Predictions
from embedkit.inference.predictor import Predictor, TextInput
from embedkit.interfaces import ExplainableFit
from embedkit.interfaces.consistency import probabilities_of
from embedkit.interfaces.contracts import check_evidence
from embedkit.model.objective import objective_of
from embedkit.model.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from embedkit.data.labels import Labelling
    from embedkit.files.storage import Storage
    from embedkit.interfaces import FittedBaseline
    from embedkit.text.encoding import TokenizedSplit
    from embedkit.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class BaselineClassifier(Predictor):
    """A fitted baseline, ready to classify texts.

    It reads whole texts, each by itself. The tokens of `input` only tell which `words` training had.
    """

    fitted: FittedBaseline
    input: TextInput
    labelling: Labelling
    words: Vocabulary
    threshold: float = 0.5

    @property
    def rows(self) -> TableRows:
        """Return the words that training had, all of them known to the baseline, as rows of a vocabulary."""
        return TableRows.of_known(self.words)

    def storing(self, storage: Storage) -> Self:
        """Return a classifier that keeps tokens in `storage`."""
        return replace(self, input=self.input.storing(storage))

    def evidence(self, text: str) -> Mapping[str, NDArray[np.float64]]:
        """Return what each n-gram of a text adds to the score of each class, float64 [C], by n-gram.

        Empty if the baseline cannot tell. Raises ComponentError if it returns something else.
        """
        if not isinstance(self.fitted, ExplainableFit):
            return {}
        return check_evidence(self.fitted, self.fitted.evidence(text), len(self.classes))

    def judge(self, split: TokenizedSplit, group: ProcessGroup = ALONE) -> Predictions:  # noqa: ARG002
        """Return the baseline's predictions for a split: every process makes all of them.

        Raises ComponentError as `probabilities_of` does.
        """
        labelling, texts = self.labelling, split.examples.texts
        classes, several = len(labelling.classes), labelling.multilabel
        probabilities = probabilities_of(self.fitted, texts, classes, several)
        targets = labelling.targets(split.examples.labels)
        scored = scored_by(probabilities, targets, objective_of(classes, several))
        return Predictions(split, self.rows, scored, labelling, self.threshold)
