"""Baselines fitted by scikit-learn: simple classifiers, fitted in seconds, to compare a model with."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_baselines(register: Register) -> None:
    """Register the bundled baselines."""
    register("majority", "embedkit_baselines.majority:Majority")
    register("tfidf-logistic-regression", "embedkit_baselines.linear:TfidfLogisticRegression")
    register("naive-bayes", "embedkit_baselines.linear:NaiveBayes")
    register("nbsvm", "embedkit_baselines.linear:Nbsvm")
