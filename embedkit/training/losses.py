"""The training loss of a recipe: its class weights and label smoothing."""

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
    from embedkit.recipe.text_encoder import AnyTraining

WHERE = "training.class_weights"


def training_loss(
    settings: AnyTraining, labelling: Labelling, targets: Sequence[int] | IntArray | BoolArray
) -> TrainingLoss:
    """Return the loss to minimize, for the training settings and the `targets` of the training split.

    Raises DataError as `class_weights` does.
    """
    objective = objective_of(len(labelling.classes), labelling.multilabel)
    weights = class_weights(settings.class_weights, labelling, np.asarray(targets))
    return TrainingLoss(objective, weights, settings.label_smoothing)


def class_weights(
    setting: Literal["balanced"] | Mapping[str, float] | None,
    labelling: Labelling,
    targets: IntArray | BoolArray,
) -> Tensor | None:
    """Return the class weights, float32 [C] (multi-label: [2, C], absent and present), or None if not set.

    `targets` are those of the training split. Raises DataError for a label that is not a class, and for
    balanced weights if a class has no training example or, in multi-label classification, is a label of every
    training example.
    """
    if setting is None:
        return None
    if setting == "balanced":
        return torch.from_numpy(_balanced(labelling, targets)).float()
    return torch.tensor(_named(setting, labelling))


def _named(setting: Mapping[str, float], labelling: Labelling) -> list[float] | list[list[float]]:
    """Return the weights given by label; other classes, and the absence of a label, have weight 1.

    Raises DataError for an unknown label.
    """
    unknown = [label for label in setting if label not in labelling.classes]
    if unknown:
        raise DataError(*(_unknown(label, labelling.classes) for label in unknown))
    weights = [float(setting.get(label, 1.0)) for label in labelling.classes]
    return [[1.0] * len(weights), weights] if labelling.multilabel else weights


def _unknown(label: str, classes: tuple[str, ...]) -> Fault:
    return Fault(f"unknown label '{label}'", WHERE, nearest(label, classes), classes)


def _balanced(labelling: Labelling, targets: IntArray | BoolArray) -> NDArray[np.float64]:
    """Compute weights N / (k * count) for each of k classes: each class then has the same total weight.

    In multi-label classification, absent and present are the two classes of each label. Raises DataError for
    a count of zero.
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
