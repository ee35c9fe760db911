"""The torch module of a pretrained model: states of pieces, and one vector of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from embedkit.plugin_api import Fault, VectorFileError, masked_max, masked_mean, masked_sum
from embedkit_transformers.sentence import Dense, Normalize, SentenceSettings


class PretrainedNetwork(nn.Module):
    """A network of transformers, with the pooling of sentence-transformers."""

    def __init__(self, model: nn.Module, dim: int, pad_id: int, settings: SentenceSettings) -> None:
        super().__init__()
        self.model = model
        self.steps = nn.ModuleList([_step(each) for each in settings.steps])
        self.dim = dim
        self.pad_id = pad_id
        self.modes = tuple(settings.modes)
        self.eval()

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the states of all pieces, float [B, S, D]: those of a piece do not depend on padding."""
        if ids.shape[1] == 0:
            return torch.zeros((*ids.shape, self.dim), device=ids.device)
        # Attention to no piece at all is not a number: of a text without pieces, the first padding is read.
        empty = ~mask.any(dim=1, keepdim=True)
        attention = torch.cat((mask[:, :1] | empty, mask[:, 1:]), dim=1)
        read = self.model(input_ids=ids.masked_fill(~mask, self.pad_id), attention_mask=attention.long())
        states: Tensor = read.last_hidden_state
        return states

    def pool(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return one vector for each text, float [B, D]: of zeros, if a text has no pieces."""
        if states.shape[1] == 0:
            states, mask = states.new_zeros((len(states), 1, self.dim)), mask.new_zeros((len(mask), 1))
        vectors = torch.cat([POOLINGS[mode](states, mask) for mode in self.modes], dim=1)
        for step in self.steps:
            vectors = step(vectors)
        return vectors

    def layers(self) -> Sequence[nn.Module]:
        """Return the parts from the input to the output: the embeddings, the blocks, what follows the last.

        What comes before the blocks is one part, and what comes after them belongs to the last block.
        """
        name, blocks = _blocks(self.model)
        before, after = _around(self.model, name)
        last = [*blocks[-1:], *after, *self.steps]
        return [nn.ModuleList(before), *blocks[:-1], nn.ModuleList(last)]


def _blocks(model: nn.Module) -> tuple[str, Sequence[nn.Module]]:
    """Return the name of the list of blocks in the model, and the blocks; none if there is no such list."""
    count = getattr(model.config, "num_hidden_layers", None)
    for name, module in model.named_modules():
        if isinstance(module, nn.ModuleList) and len(module) == count:
            return name, [*module]
    return "", []


def _around(model: nn.Module, blocks: str) -> tuple[list[nn.Module], list[nn.Module]]:
    """Return the modules with weights of their own before and after the list named `blocks`."""
    if not blocks:
        children = [*model.children()]
        return children[:1], children[1:]
    before: list[nn.Module] = []
    after: list[nn.Module] = []
    outer = model
    for name in blocks.split("."):
        children = [*outer.children()]
        place = [child for child, _ in outer.named_children()].index(name)
        before += children[:place]
        after = [*children[place + 1 :], *after]
        outer = children[place]
    return before, after


class _Unit(nn.Module):
    """Scales vectors to length 1, and leaves zeros as they are."""

    def forward(self, vectors: Tensor) -> Tensor:
        return F.normalize(vectors, dim=1)


def _step(step: Dense | Normalize) -> nn.Module:
    """Return the module of a step. Raises VectorFileError for weights that do not fit it."""
    if isinstance(step, Normalize):
        return _Unit()
    with torch.random.fork_rng(devices=[]):
        linear = nn.Linear(step.in_features, step.out_features, bias=step.bias)
    try:
        weights = load_file(step.path)
        linear.load_state_dict({name.removeprefix("linear."): value for name, value in weights.items()})
    except (SafetensorError, OSError, RuntimeError) as error:
        what = f"holds no linear layer from {step.in_features} to {step.out_features} values: {error}"
        raise VectorFileError(Fault(what, where=str(step.path))) from error
    activation: Any = getattr(nn, step.activation)
    return nn.Sequential(linear, activation())


def _cls(states: Tensor, mask: Tensor) -> Tensor:
    return states[:, 0].masked_fill(~mask[:, :1], 0.0)


def _last(states: Tensor, mask: Tensor) -> Tensor:
    last = (mask.sum(dim=1) - 1).clamp(min=0)
    rows = torch.arange(len(states), device=states.device)
    return states[rows, last].masked_fill(~mask[:, :1], 0.0)


def _mean_sqrt_len(states: Tensor, mask: Tensor) -> Tensor:
    return masked_sum(states, mask) / mask.sum(dim=1, keepdim=True).clamp(min=1).sqrt()


def _weighted_mean(states: Tensor, mask: Tensor) -> Tensor:
    """Return the mean with the place of each piece, from 1, as its weight (Muennighoff 2022)."""
    weights = torch.arange(1, states.shape[1] + 1, device=states.device) * mask
    total = weights.sum(dim=1, keepdim=True).clamp(min=1)
    return masked_sum(states * weights[:, :, None], mask) / total


POOLINGS: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "cls": _cls,
    "max": masked_max,
    "mean": masked_mean,
    "mean_sqrt_len_tokens": _mean_sqrt_len,
    "weightedmean": _weighted_mean,
    "lasttoken": _last,
}
"""How states of pieces become one vector, by the names of sentence-transformers."""
