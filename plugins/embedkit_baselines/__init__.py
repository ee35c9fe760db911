"""Baselines fitted by scikit-learn: simple classifiers, fitted in seconds, to compare a model with."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl
from embedkit_baselines.linear import NaiveBayes, Nbsvm, TfidfLogisticRegression
from embedkit_baselines.majority import Majority


@hookimpl
def register_baselines(register: Register) -> None:
    """Register the bundled baselines."""
    register("majority", Majority)
    register("tfidf-logistic-regression", TfidfLogisticRegression)
    register("naive-bayes", NaiveBayes)
    register("nbsvm", Nbsvm)
