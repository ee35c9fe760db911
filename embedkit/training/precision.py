"""In which precision texts are read in training: full, or half with weights that stay full."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Literal

import torch

from embedkit.errors import Fault, TrainingError

if TYPE_CHECKING:
    from torch import Tensor

Name = Literal["full", "bf16", "fp16"]
HALF = {"bf16": torch.bfloat16, "fp16": torch.float16}


def check_precision(name: Name, device: torch.device) -> None:
    """Raise TrainingError for a precision that `device` has not."""
    if name == "fp16" and device.type == "cpu":
        what = "'fp16' needs a GPU, and this process has none"
        raise TrainingError(Fault(what, where="training.precision", allowed=("full", "bf16")))


class Precision:
    """Reads in a precision, and in fp16 scales the loss so that small gradients are not lost.

    Micikevicius et al. 2018, "Mixed Precision Training".
    """

    def __init__(self, name: Name, device: torch.device) -> None:
        self.name = name
        self.device = device
        self.scaler = torch.amp.GradScaler(device.type, enabled=name == "fp16")

    def reading(self) -> AbstractContextManager[object]:
        """The block reads texts in the precision."""
        if self.name == "full":
            return nullcontext()
        return torch.autocast(self.device.type, HALF[self.name])

    def backward(self, loss: Tensor) -> None:
        """Add the gradient of `loss`, scaled in fp16."""
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]

    def unscale(self, optimizer: torch.optim.Optimizer) -> None:
        """Give the optimizer's gradients their true length."""
        if self.scaler.is_enabled():
            self.scaler.unscale_(optimizer)

    def overflowed(self, loss: Tensor) -> bool:
        """Whether a gradient is not finite for too large a scale, which then falls in place of a step."""
        return self.scaler.is_enabled() and bool(torch.isfinite(loss)) and self.scaler.get_scale() > 1

    def step(self, optimizer: torch.optim.Optimizer) -> None:
        """Let the optimizer take its step, and adapt the scale."""
        self.scaler.step(optimizer)
        self.scaler.update()

    def state(self) -> dict[str, Tensor]:
        """The scale and how long it has held, float64 [2], for a checkpoint; nothing but in fp16."""
        if not self.scaler.is_enabled():
            return {}
        kept = self.scaler.state_dict()
        return {"scaler": torch.tensor([kept["scale"], kept["_growth_tracker"]], dtype=torch.float64)}

    def restore(self, state: Tensor) -> None:
        """Put back what `state` gave."""
        scale, growth = state.tolist()
        self.scaler.load_state_dict(
            {**self.scaler.state_dict(), "scale": scale, "_growth_tracker": int(growth)}
        )
