"""The embedding `ablation`: another embedding, a share of whose words is hidden from the model."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `ablation`."""
    register("ablation", "embedkit_ablation.embedding:Ablation")
