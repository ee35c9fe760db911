"""The head of a model whose other weights are not trained, fitted as a whole in place of epochs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from embedkit.errors import ComponentError, Fault, TrainingError
from embedkit.evaluation.outputs import EVALUATION_BATCH_SIZE, shown_ids
from embedkit.interfaces.calling import owner_of
from embedkit.text.grouping import by_length

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.model.classifier import TextClassifier
    from embedkit.model.objective import TrainingLoss
    from embedkit.text.batching import EncodedSplit
    from embedkit.training.regression import Encoded, Linear, Targets


@dataclass(frozen=True)
class EncodedTexts:
    """The texts of a split, called `name`, and the model that reads them.

    The models of different splits share encoder and head.
    """

    name: str
    model: TextClassifier
    split: EncodedSplit


@dataclass(frozen=True)
class FittedHead:
    """The weights of a head, and C, the inverse strength of the L2 penalty that they were fitted with."""

    linear: Linear
    c: float


def fit_head(texts: Mapping[str, EncodedTexts], loss: TrainingLoss, seed: int) -> FittedHead:
    """Return logistic regression fitted to the encoded texts of the split `train`, by L-BFGS.

    The weight of a text is that of its class in `loss`. The strength of the L2 penalty is the one with the
    smallest loss on the split `validation` or, without one, in cross-validation within the training split.
    Raises TrainingError if encoded texts are not finite, and ComponentError for an encoder with weights.
    """
    from embedkit.training.regression import choose_strength, fit_linear

    _refuse_weights(texts["train"].model)
    encoded = {name: _encoded(of, loss) for name, of in texts.items()}
    train, validation = encoded["train"], encoded.get("validation")
    c = choose_strength(train, validation, lambda logits, targets: _mean_loss(loss, logits, targets), seed)
    return FittedHead(fit_linear(train, c), c)


def set_head(model: TextClassifier, fitted: FittedHead) -> None:
    """Give the model's head the fitted weights."""
    with torch.no_grad():
        model.head.weight.copy_(torch.from_numpy(fitted.linear.weights))
        model.head.bias.copy_(torch.from_numpy(fitted.linear.bias))


def _refuse_weights(model: TextClassifier) -> None:
    """Raise ComponentError if the encoder has weights, which its class denies."""
    names = [name for name, _ in model.encoder.named_parameters()]
    if names:
        what = f"has weights ({', '.join(names[:5])}), and its class says has_weights = False"
        raise ComponentError(owner_of(model.encoder).fault(what))


def _encoded(of: EncodedTexts, loss: TrainingLoss) -> Encoded:
    from embedkit.training.regression import Encoded

    features = _features(of)
    strange = np.flatnonzero(~np.isfinite(features).all(axis=1)).tolist()
    if strange:
        what = f"what the encoder makes of {shown_ids(strange, of.split.example_ids)} is not finite"
        hint = "Absurd vectors do that: `embedkit vectors check FILE` tells of them."
        raise TrainingError(Fault(what, where=f"encoding of {of.name}", hint=hint))
    return Encoded(features, _targets(of.split, loss))


def _features(of: EncodedTexts) -> NDArray[np.float64]:
    """Return the texts of a split as the encoder gives them, [n, H], in order."""
    model, split = of.model.eval(), of.split
    features = np.empty((len(split), model.output_dim))
    with torch.inference_mode():
        for batch in split.to(model.device).batches(by_length(split.lengths, EVALUATION_BATCH_SIZE)):
            features[batch.rows.numpy()] = model.encoded(batch.inputs, batch.mask).cpu().numpy()
    return features


def _targets(split: EncodedSplit, loss: TrainingLoss) -> Targets:
    from embedkit.training.regression import Targets

    classes = np.asarray(split.labels)
    if loss.weights is None:
        weights = np.ones(classes.shape)
    elif classes.ndim == 1:
        weights = loss.weights.numpy()[classes]
    else:
        absent, present = loss.weights.numpy()
        weights = np.where(classes, present, absent)
    return Targets(classes, weights.astype(np.float64), loss.objective.logits)


def _mean_loss(loss: TrainingLoss, logits: NDArray[np.float64], targets: Targets) -> float:
    losses, _ = loss(torch.from_numpy(logits), torch.from_numpy(targets.classes))
    return float(losses.mean())
