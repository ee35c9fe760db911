"""Cohen's kappa as a metric: agreement with the labels beyond chance, as scikit-learn computes it."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from embedkit.plugin_api import hookimpl


class Kappa(BaseModel):
    """Cohen's kappa: 1 is agreement, 0 what chance would give, below 0 is worse than chance."""

    weights: Annotated[
        Literal["linear", "quadratic"] | None,
        Field(description="how much worse distant classes are; null: all errors are alike"),
    ] = None

    def score(self, labels, predicted, probabilities, classes):
        """Return kappa, or None if there is one class only, for which it is not defined."""
        from sklearn.metrics import cohen_kappa_score

        if len({*labels.tolist(), *predicted.tolist()}) < 2:
            return None
        indices = range(len(classes))
        return float(cohen_kappa_score(labels, predicted, labels=[*indices], weights=self.weights))


@hookimpl
def register_metrics(register):
    """Register `kappa`."""
    register("kappa", Kappa)
