"""`tfidf-lightgbm`: gradient-boosted trees over the words of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from annotated_types import Ge, Gt, Le

from embedkit.plugin_api import DataError, Doc, Fault

if TYPE_CHECKING:
    from embedkit.plugin_api import BaselineState, BoolArray, IntArray, Task
    from embedkit_lightgbm.fitted import FittedTrees

MISSING = Fault(
    "the package lightgbm is not installed",
    where="tfidf-lightgbm",
    hint="Install it: pip install lightgbm",
)


@dataclass(frozen=True, kw_only=True)
class TfidfLightgbm:
    """Gradient-boosted decision trees over TF-IDF weights, by LightGBM (Ke et al. 2017).

    Needs `pip install lightgbm`. Trees see which words occur together, which linear models do not. One thread
    and a fixed seed make the same trees every time. Of several labels each is learnt by trees of its own.
    """

    tasks: ClassVar[tuple[Task, ...]] = ("binary", "multiclass", "multilabel")

    ngrams: Annotated[int, Ge(1), Doc("words in the longest n-gram")] = 1
    lowercase: Annotated[bool, Doc("lower-case all words")] = True
    rounds: Annotated[
        int | None, Ge(1), Doc("rounds of boosting: trees, for each of several classes; null: chosen")
    ] = None
    learning_rate: Annotated[float, Gt(0), Le(1), Doc("the share of each tree's output that is added")] = 0.2
    leaves: Annotated[int, Ge(2), Le(1024), Doc("leaves of a tree at most")] = 15
    leaf_texts: Annotated[
        int, Ge(1), Doc("training texts that reach a leaf at least; of fewer than 100 texts, a 20th")
    ] = 5

    def fit(self, texts: Sequence[str], labels: IntArray | BoolArray, classes: Sequence[str]) -> FittedTrees:
        """Fit trees to `labels`, int64 [n] or bool [n, C].

        Raises DataError if lightgbm is not installed, or no word occurs in enough texts.
        """
        try:
            from embedkit_lightgbm.learning import fitted
        except ImportError as error:
            raise DataError(MISSING) from error
        return fitted(self, texts, labels, len(classes))

    def restore(self, state: BaselineState, classes: Sequence[str], task: Task) -> FittedTrees:
        """Return the fitted baseline that had `state`; lightgbm is not needed.

        Raises DataError if it is no such state.
        """
        from embedkit_lightgbm.restoring import restored

        return restored(self, state, len(classes), several=task == "multilabel")
