"""The model as text: `print(model)` and the torchinfo table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


def describe_model(model: nn.Module, length: int) -> str:
    """Return `print(model)`, followed by torchinfo's table for one text of `length` tokens."""
    import torch
    from torchinfo import summary

    device = next(model.parameters()).device
    ids = torch.ones((1, length), dtype=torch.int64, device=device)
    table = summary(model, input_data=[ids, ids.bool()], verbose=0, device=device, row_settings=["var_names"])
    return f"{model}\n\n{table}\n"
