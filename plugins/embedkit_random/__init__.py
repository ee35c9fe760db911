"""The embedding `random`: word vectors drawn from the seed."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `random`."""
    register("random", "embedkit_random.embedding:RandomEmbedding")
