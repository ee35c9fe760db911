"""The embedding `ablation`: another embedding, a share of whose words is hidden from the model."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl
from embedkit_ablation.embedding import Ablation


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `ablation`."""
    register("ablation", Ablation)
