"""Naive Bayes, TF-IDF with logistic regression, and NBSVM: their features, parameters and learners.

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
    """Return the values to try: `fixed`, if given; else `tried`, if parameters are `chosen`; else `usual`."""
    if fixed is not None:
        return (fixed,)
    return tried if chosen else (usual,)


@dataclass(frozen=True, kw_only=True)
class NaiveBayes(NgramBaseline):
    """Multinomial naive Bayes over the counts of words and pairs of words."""

    ngrams: Ngrams = None
    lowercase: Lowercase = True
    alpha: Annotated[float | None, Gt(0), Doc("smoothing: added to every count; null: chosen")] = None

    def grid(self, chosen: bool) -> Mapping[str, Sequence[float]]:
        """Return the values of `alpha`, which is added to every count, to try."""
        return {"alpha": _values(self.alpha, 1.0, (0.1, 0.3, 1.0, 3.0), chosen)}

    def learner(self, parameters: Mapping[str, float]) -> Any:
        """Return a naive Bayes learner of one class against the others."""
        from embedkit_baselines.learners import CountedLearner

        return CountedLearner(**parameters)

    def weighting(self) -> Any:
        """Return a transformer that leaves counts as they are."""
        from sklearn.preprocessing import FunctionTransformer

        return FunctionTransformer(accept_sparse=True)


@dataclass(frozen=True, kw_only=True)
class TfidfLogisticRegression(NgramBaseline):
    """Logistic regression over the TF-IDF weights of words and pairs of words."""

    ngrams: Ngrams = None
    lowercase: Lowercase = True
    c: InverseStrength = None

    def grid(self, chosen: bool) -> Mapping[str, Sequence[float]]:
        """Return the values of `c`, the inverse strength of the L2 penalty, to try."""
        return {"c": _values(self.c, 10.0, (1.0, 5.0, 25.0), chosen)}

    def learner(self, parameters: Mapping[str, float]) -> Any:
        """Return a logistic regression learner of one class against the others."""
        from embedkit_baselines.learners import RegressionLearner

        return RegressionLearner(**parameters)

    def weighting(self) -> Any:
        """Return scikit-learn's TF-IDF transformer, not fitted yet."""
        from sklearn.feature_extraction.text import TfidfTransformer

        return TfidfTransformer()


@dataclass(frozen=True, kw_only=True)
class Nbsvm(NgramBaseline):
    """NBSVM, interpolated (Wang & Manning 2012), over TF-IDF weights; logistic regression is its SVM."""

    ngrams: Ngrams = None
    lowercase: Lowercase = True
    alpha: Annotated[float, Gt(0), Doc("smoothing: added to every count")] = 1.0
    beta: Annotated[
        float | None,
        Ge(0),
        Le(1),
        Doc(
            "interpolation: the share of the weights themselves, the rest being their mean magnitude; "
            "null: chosen"
        ),
    ] = None
    c: InverseStrength = None

    def grid(self, chosen: bool) -> Mapping[str, Sequence[float]]:
        """Return the values of `c`, the inverse L2 strength, and `beta`, the interpolation weight, to try."""
        return {
            "c": _values(self.c, 4.0, (4.0, 16.0), chosen),
            "beta": _values(self.beta, 0.25, (0.1, 0.25, 0.5, 1.0), chosen),
        }

    def learner(self, parameters: Mapping[str, float]) -> Any:
        """Return a learner of the two parts of the interpolated model of one class against the others."""
        from embedkit_baselines.learners import InterpolatedLearner

        return InterpolatedLearner(alpha=self.alpha, c=parameters["c"])

    def weighting(self) -> Any:
        """Return scikit-learn's TF-IDF transformer, not fitted yet."""
        from sklearn.feature_extraction.text import TfidfTransformer

        return TfidfTransformer()
