"""What moves while a model is trained, as tensors by name: what a checkpoint keeps and puts back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.training.optimization import Optimization


@dataclass(frozen=True)
class TrainingState:
    """The weights, what the optimizer remembers of each, and the random numbers still to come.

    `orders` draws the order of the examples; torch's global generator everything else.
    """

    optimization: Optimization
    orders: torch.Generator

    def tensors(self) -> dict[str, Tensor]:
        """All of it, at the end of an epoch: `weight.NAME`, `optimizer.NAME.KEY`, `random.orders|torch`.

        Weights that training never moves are not among them.
        """
        tensors = {f"weight.{name}": tensor for name, tensor in self.weights().items()}
        for name, parameter in self.optimization.parameters.items():
            remembered = self.optimization.optimizer.state.get(parameter, {})
            tensors |= {
                f"optimizer.{name}.{key}": value
                for key, value in remembered.items()
                if isinstance(value, torch.Tensor)
            }
        return tensors | {"random.orders": self.orders.get_state(), "random.torch": torch.get_rng_state()}

    def weights(self) -> dict[str, Tensor]:
        """The weights that training moves, and the model's buffers, by their names in the model."""
        model = self.optimization.model
        named = dict(model.named_parameters())
        moving = {name: named[name].detach() for name in self.optimization.parameters}
        return moving | dict(model.named_buffers())

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Put back what `tensors` gave."""
        self.restore_weights({n.removeprefix("weight."): t for n, t in tensors.items() if n[:7] == "weight."})
        for name, parameter in self.optimization.parameters.items():
            prefix = f"optimizer.{name}."
            remembered = {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}
            if remembered:
                self.optimization.optimizer.state[parameter] = remembered
        self.orders.set_state(tensors["random.orders"])
        torch.set_rng_state(tensors["random.torch"])

    @torch.no_grad()
    def restore_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Give the model these weights."""
        for name, tensor in self.weights().items():
            tensor.copy_(weights[name])
        self.optimization.take_rows()
