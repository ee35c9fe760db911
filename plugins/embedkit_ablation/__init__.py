"""The embedding `ablation`: another one, a share of whose words are kept from the model."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl
from embedkit_ablation.embedding import Ablation


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `ablation`."""
    register("ablation", Ablation)
