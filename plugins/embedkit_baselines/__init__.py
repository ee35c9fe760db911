"""Baselines, as scikit-learn fits them: simple classifiers in seconds, which a model is held against."""

from __future__ import annotations

from embedkit.hookspecs import Register, hookimpl
from embedkit_baselines.bayes import NaiveBayes
from embedkit_baselines.logistic import TfidfLogisticRegression
from embedkit_baselines.majority import Majority
from embedkit_baselines.nbsvm import Nbsvm


@hookimpl
def register_baselines(register: Register) -> None:
    """Register the bundled baselines."""
    register("majority", Majority)
    register("tfidf-logistic-regression", TfidfLogisticRegression)
    register("naive-bayes", NaiveBayes)
    register("nbsvm", Nbsvm)
