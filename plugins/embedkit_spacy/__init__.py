"""The tokenizer `spacy`, by the package spaCy."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `spacy`."""
    register("spacy", "embedkit_spacy.tokenizer:Spacy")
