"""Figures of several folds that are combined fold by fold, and not by pooling the texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from embedkit.evaluation.oov.middle import middle


def add_policies(folds: Sequence[Mapping[str, Any]], split: str) -> dict[str, Any]:
    """Return the part of oov.json on other out-of-vocabulary policies, with the counts on `split` added up.

    A policy that one fold's model refused is refused; if no model could be asked, `why` says why.
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
    """Return the mean of each drift figure by origin, over the folds whose table was trained.

    Returns None if no table was trained.
    """
    moved = [fold for fold in folds if fold is not None]
    found: dict[str, Any] | None = middle(moved) if moved else None
    return found
