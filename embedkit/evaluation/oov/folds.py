"""Figures of several folds that are combined fold by fold, and not by pooling the texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from embedkit.evaluation.oov.averages import average_drift, by_name
from embedkit.evaluation.oov.result import DriftSummary, Flips, OtherPolicies


def add_policies(folds: Sequence[OtherPolicies], split: str) -> OtherPolicies:
    """Return the effect of other out-of-vocabulary policies, with the counts on `split` added up.

    A policy that one fold's model refused is refused; if no model could be asked, `why` says why.
    """
    refused = {name: why for fold in folds for name, why in fold.refused.items()}
    asked = [fold.refilled for fold in folds if fold.why is None]
    names = [name for name in dict.fromkeys(name for by in asked for name in by) if name not in refused]
    refilled = {name: {split: _added([by[name][split] for by in asked])} for name in names}
    return OtherPolicies(folds[0].policy, None if asked else folds[0].why, refilled, refused)


def _added(counts: Sequence[Flips]) -> Flips:
    right, wrong = (each.turned_right for each in counts), (each.turned_wrong for each in counts)
    return Flips(turned_right=sum(right), turned_wrong=sum(wrong))


def mean_drift(folds: Sequence[Mapping[str, DriftSummary] | None]) -> dict[str, DriftSummary] | None:
    """Return the mean of each drift figure by origin, over the folds whose table was trained.

    Returns None if no table was trained.
    """
    moved = [fold for fold in folds if fold is not None]
    return by_name(moved, average_drift) if moved else None
