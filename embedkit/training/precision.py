"""Training precision: full (float32), or mixed (bf16 or fp16 with float32 weights)."""

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
    """Raise TrainingError if `device` does not support the precision `name`."""
    if name == "fp16" and device.type == "cpu":
        what = "'fp16' needs a GPU, and this process has none"
        raise TrainingError(Fault(what, where="training.precision", allowed=("full", "bf16")))


class Precision:
    """Runs the forward pass in a precision; in fp16, scales the loss so that gradients do not underflow.

    Micikevicius et al. 2018, "Mixed Precision Training".
    """

    def __init__(self, name: Name, device: torch.device) -> None:
        self.name = name
        self.device = device
        self.scaler = torch.amp.GradScaler(device.type, enabled=name == "fp16")

    def reading(self) -> AbstractContextManager[object]:
        """Return a context manager that runs the forward pass in the precision (autocast)."""
        if self.name == "full":
            return nullcontext()
        return torch.autocast(self.device.type, HALF[self.name])

    def backward(self, loss: Tensor) -> None:
        """Compute and accumulate the gradients of `loss`, which is scaled in fp16."""
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]

    def unscale(self, optimizer: torch.optim.Optimizer) -> None:
        """Remove the fp16 loss scale from the optimizer's gradients, in place."""
        if self.scaler.is_enabled():
            self.scaler.unscale_(optimizer)

    def overflowed(self, loss: Tensor) -> bool:
        """Return whether a non-finite gradient is due to too large an fp16 loss scale.

        The scaler then lowers the scale and skips the step.
        """
        return self.scaler.is_enabled() and bool(torch.isfinite(loss)) and self.scaler.get_scale() > 1

    def step(self, optimizer: torch.optim.Optimizer) -> None:
        """Run the optimizer's step, which is skipped on an fp16 overflow, and update the loss scale."""
        self.scaler.step(optimizer)
        self.scaler.update()

    def state(self) -> dict[str, Tensor]:
        """Return the fp16 loss scale and its growth tracker, float64 [2], for a checkpoint.

        The dictionary is empty in other precisions.
        """
        if not self.scaler.is_enabled():
            return {}
        kept = self.scaler.state_dict()
        return {"scaler": torch.tensor([kept["scale"], kept["_growth_tracker"]], dtype=torch.float64)}

    def restore(self, state: Tensor) -> None:
        """Load the loss scale and its growth tracker from the tensor that `state` returned."""
        scale, growth = state.tolist()
        self.scaler.load_state_dict(
            {**self.scaler.state_dict(), "scale": scale, "_growth_tracker": int(growth)}
        )
