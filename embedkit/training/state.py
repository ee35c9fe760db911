"""The state of a training as tensors by name, which a checkpoint saves and restores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from embedkit.distributed.process_group import ALONE, ProcessGroup

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.training.optimization import Optimization


@dataclass(frozen=True)
class TrainingState:
    """The trained weights, the optimizer state and the states of the random generators.

    `orders` draws the order of the examples and the word dropout, and is the same in all processes; torch's
    global generators draw everything else, differently in each process of `group`.
    """

    optimization: Optimization
    orders: torch.Generator
    group: ProcessGroup = ALONE

    def tensors(self) -> dict[str, Tensor]:
        """Return the state after an epoch: `weight.NAME`, `optimizer.NAME.KEY`, `random.NAME`, `scaler`.

        Weights that are never trained are left out. The generator states of all processes are concatenated,
        so every process must call this.
        """
        tensors = {f"weight.{name}": tensor for name, tensor in self.weights().items()}
        for name in self.optimization.parameters:
            remembered = self.optimization.remembered(name)
            tensors |= {f"optimizer.{name}.{key}": value for key, value in remembered.items()}
        states = {name: torch.cat(self.group.gather([state])) for name, state in self._random().items()}
        return (
            tensors
            | self.optimization.precision.state()
            | states
            | {"random.orders": self.orders.get_state()}
        )

    def _random(self) -> dict[str, Tensor]:
        """Return the states of this process's global torch generators, by name."""
        states = {"random.torch": torch.get_rng_state()}
        device = self.optimization.model.device
        return states | ({"random.device": torch.cuda.get_rng_state(device)} if device.type == "cuda" else {})

    def weights(self) -> dict[str, Tensor]:
        """Return the trained weights and the buffers of the model, by their names in the model."""
        model = self.optimization.model
        named = dict(model.named_parameters())
        moving = {name: named[name].detach() for name in self.optimization.parameters}
        return moving | dict(model.named_buffers())

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Load the state that `tensors` returned, in the same number of processes."""
        self.restore_weights(within("weight.", tensors))
        for name in self.optimization.parameters:
            remembered = within(f"optimizer.{name}.", tensors)
            if remembered:
                self.optimization.remember(name, remembered)
        if "scaler" in tensors:
            self.optimization.precision.restore(tensors["scaler"])
        self.orders.set_state(tensors["random.orders"])
        own = {
            # torch reads a state from where its storage begins.
            name: states.chunk(self.group.count)[self.group.index].clone()
            for name, states in tensors.items()
            if name in ("random.torch", "random.device")
        }
        torch.set_rng_state(own["random.torch"])
        if "random.device" in own:
            torch.cuda.set_rng_state(own["random.device"], self.optimization.model.device)

    @torch.no_grad()
    def restore_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Load trained weights and buffers, by name, into the model."""
        for name, tensor in self.weights().items():
            tensor.copy_(weights[name])
        self.optimization.reread()


def within(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors whose names start with `prefix`, with the prefix removed from the names."""
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}
