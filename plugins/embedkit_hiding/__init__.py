"""The embedding `hiding`: another one, a share of whose words are kept from the model."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl
from embedkit_hiding.embedding import Hiding


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `hiding`."""
    register("hiding", Hiding)
