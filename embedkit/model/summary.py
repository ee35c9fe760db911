"""The model as text: `print(model)` and the torchinfo table."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from embedkit.model.classifier import TextClassifier
    from embedkit.model.embedder import Embedder


def describe_model(model: TextClassifier, length: int) -> str:
    """Return `print(model)`, followed by torchinfo's table for one text of `length` tokens."""
    import torch
    from torchinfo import summary

    inputs = model.embedding.example(length).to(model.device)
    mask = torch.ones(inputs.shape[:2], dtype=torch.bool, device=model.device)
    shown = model.with_embedder(cast("Embedder", model.embedding.layer())).train(model.training)
    table = summary(
        shown, input_data=[inputs, mask], verbose=0, device=model.device, row_settings=["var_names"]
    )
    return f"{shown}\n\n{table}\n"
