"""The optimizers that a recipe can name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from embedkit.recipe.sections.training import Training


def build_optimizer(groups: Sequence[dict[str, Any]], settings: Training) -> torch.optim.Optimizer:
    """Build the recipe's optimizer over parameter groups, with the fused kernel where torch has one.

    Adam: Kingma & Ba 2015. AdamW, with weight decay decoupled from the gradient: Loshchilov & Hutter 2019.
    Adadelta with the constants of the paper, rho 0.95 and epsilon 1e-6: Zeiler 2012.
    """
    common: dict[str, Any] = {"lr": settings.lr, "weight_decay": settings.weight_decay}
    match settings.optimizer:
        case "adam":
            return torch.optim.Adam(groups, fused=True, **common)
        case "adamw":
            return torch.optim.AdamW(groups, fused=True, **common)
        case "sgd":
            return torch.optim.SGD(groups, fused=True, momentum=settings.momentum, **common)
        case "adadelta":
            return torch.optim.Adadelta(groups, rho=0.95, eps=1e-6, **common)
