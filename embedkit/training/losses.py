"""The loss that a recipe has training follow: how much each class counts, how certain it is to be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch

from embedkit.errors import DataError, Fault, nearest
from embedkit.model.objective import TrainingLoss, objective_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from embedkit.data.labels import Labelling
    from embedkit.interfaces import BoolArray, IntArray
    from embedkit.recipe.sections.training import Training

WHERE = "training.class_weights"


def training_loss(
    settings: Training, labelling: Labelling, targets: Sequence[int] | IntArray | BoolArray
) -> TrainingLoss:
    """What training follows, by its settings and the `targets` of the training split."""
    objective = objective_of(len(labelling.classes), labelling.multilabel)
    weights = class_weights(settings.class_weights, labelling, np.asarray(targets))
    return TrainingLoss(objective, weights, settings.label_smoothing)


def class_weights(
    setting: Literal["balanced"] | Mapping[str, float] | None,
    labelling: Labelling,
    targets: IntArray | BoolArray,
) -> Tensor | None:
    """The weights as an objective takes them, float32 [C]; of several labels [2, C], without and with each.

    `targets` are those of the training split. Raises DataError for a label that is no class, and for balanced
    weights where one of the things to be balanced never occurs.
    """
    if setting is None:
        return None
    if setting == "balanced":
        return torch.from_numpy(_balanced(labelling, targets)).float()
    return torch.tensor(_named(setting, labelling))


def _named(setting: Mapping[str, float], labelling: Labelling) -> list[float] | list[list[float]]:
    """The weights that labels are given; the others count 1, and so does the absence of one of several."""
    unknown = [label for label in setting if label not in labelling.classes]
    if unknown:
        raise DataError(*(_unknown(label, labelling.classes) for label in unknown))
    weights = [float(setting.get(label, 1.0)) for label in labelling.classes]
    return [[1.0] * len(weights), weights] if labelling.multilabel else weights


def _unknown(label: str, classes: tuple[str, ...]) -> Fault:
    return Fault(f"unknown label '{label}'", WHERE, nearest(label, classes), classes)


def _balanced(labelling: Labelling, targets: IntArray | BoolArray) -> NDArray[np.float64]:
    """N / (k * count) of each class among k: together, each counts as much as any other.

    Of several labels, there and not there are the two classes of each.
    """
    if labelling.multilabel:
        there = targets.sum(axis=0)
        counts = np.stack([len(targets) - there, there])
    else:
        counts = np.bincount(targets, minlength=len(labelling.classes))
    _refuse_none(labelling, counts)
    weights: NDArray[np.float64] = len(targets) / (len(counts) * counts)
    return weights


def _refuse_none(labelling: Labelling, counts: IntArray) -> None:
    rows = zip(np.atleast_2d(counts), ("every", "no") if labelling.multilabel else ("no",), strict=True)
    faults = [
        Fault(f"{which} training example is labelled '{label}', which cannot be balanced", WHERE)
        for row, which in rows
        for label, count in zip(labelling.classes, row.tolist(), strict=True)
        if not count
    ]
    if faults:
        raise DataError(*faults)
