"""Naive Bayes, TF-IDF with logistic regression, NBSVM: what each makes of n-grams, and what weighs them.

scikit-learn is imported when one of them is fitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le

from embedkit.plugin_api import Doc
from embedkit_baselines.ngrams import Lowercase, NgramBaseline, Ngrams

InverseStrength = Annotated[float | None, Gt(0), Doc("inverse strength of the L2 penalty; null: chosen")]


def _values(fixed: float | None, usual: float, tried: Sequence[float], chosen: bool) -> Sequence[float]:
    """What a parameter is tried with: `fixed` by the recipe, or `tried`; where nothing is chosen, `usual`."""
    if fixed is not None:
        return (fixed,)
    return tried if chosen else (usual,)


@dataclass(frozen=True, kw_only=True)
class NaiveBayes(NgramBaseline):
    """Multinomial naive Bayes over the counts of words and pairs of words."""

    ngrams: Ngrams = None
    lowercase: Lowercase = True
    alpha: Annotated[float | None, Gt(0), Doc("added to every count; null: chosen")] = None

    def grid(self, chosen: bool) -> Mapping[str, Sequence[float]]:
        """What is added to every count."""
        return {"alpha": _values(self.alpha, 1.0, (0.1, 0.3, 1.0, 3.0), chosen)}

    def learner(self, parameters: Mapping[str, float]) -> Any:
        """Naive Bayes of one class against the others."""
        from embedkit_baselines.learners import CountedLearner

        return CountedLearner(**parameters)

    def weighting(self) -> Any:
        """Counts as they are."""
        from sklearn.preprocessing import FunctionTransformer

        return FunctionTransformer(accept_sparse=True)


@dataclass(frozen=True, kw_only=True)
class TfidfLogisticRegression(NgramBaseline):
    """Logistic regression over the TF-IDF weights of words and pairs of words."""

    ngrams: Ngrams = None
    lowercase: Lowercase = True
    c: InverseStrength = None

    def grid(self, chosen: bool) -> Mapping[str, Sequence[float]]:
        """How weak the penalty is."""
        return {"c": _values(self.c, 10.0, (1.0, 5.0, 25.0), chosen)}

    def learner(self, parameters: Mapping[str, float]) -> Any:
        """Logistic regression of one class against the others."""
        from embedkit_baselines.learners import RegressionLearner

        return RegressionLearner(**parameters)

    def weighting(self) -> Any:
        """TF-IDF."""
        from sklearn.feature_extraction.text import TfidfTransformer

        return TfidfTransformer()


@dataclass(frozen=True, kw_only=True)
class Nbsvm(NgramBaseline):
    """NBSVM, interpolated (Wang & Manning 2012), over TF-IDF weights; logistic regression is its SVM."""

    ngrams: Ngrams = None
    lowercase: Lowercase = True
    alpha: Annotated[float, Gt(0), Doc("added to every count")] = 1.0
    beta: Annotated[
        float | None,
        Ge(0),
        Le(1),
        Doc("how far the weights are their own, the rest being their mean size; null: chosen"),
    ] = None
    c: InverseStrength = None

    def grid(self, chosen: bool) -> Mapping[str, Sequence[float]]:
        """How weak the penalty is, and how far the weights are their own."""
        return {
            "c": _values(self.c, 4.0, (4.0, 16.0), chosen),
            "beta": _values(self.beta, 0.25, (0.1, 0.25, 0.5, 1.0), chosen),
        }

    def learner(self, parameters: Mapping[str, float]) -> Any:
        """The two parts of the interpolated model of one class against the others."""
        from embedkit_baselines.learners import InterpolatedLearner

        return InterpolatedLearner(alpha=self.alpha, c=parameters["c"])

    def weighting(self) -> Any:
        """TF-IDF."""
        from sklearn.feature_extraction.text import TfidfTransformer

        return TfidfTransformer()
