"""What the models of several folds come to together, where their texts are not simply taken together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from embedkit.evaluation.oov.middle import middle


def add_policies(folds: Sequence[Mapping[str, Any]], split: str) -> dict[str, Any]:
    """What oov.json of each fold says of other policies, added up over the texts of `split`.

    A policy that one model refused is refused; where no model could be asked, `why` says why.
    """
    refused = {name: why for fold in folds for name, why in fold["refused"].items()}
    asked = [fold["refilled"] for fold in folds if fold["why"] is None]
    names = [name for name in dict.fromkeys(name for by in asked for name in by) if name not in refused]
    return {
        "policy": folds[0]["policy"],
        "why": None if asked else folds[0]["why"],
        "refilled": {name: {split: _added([by[name][split] for by in asked])} for name in names},
        "refused": refused,
    }


def _added(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    return {key: sum(each[key] for each in counts) for key in counts[0]}


def mean_drift(folds: Sequence[Mapping[str, Any] | None]) -> dict[str, Any] | None:
    """The mean of each figure of the drift by origin, over the models that training moved; None if none."""
    moved = [fold for fold in folds if fold is not None]
    found: dict[str, Any] | None = middle(moved) if moved else None
    return found
