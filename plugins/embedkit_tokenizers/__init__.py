"""Tokenizers that need nothing but Python: `whitespace`, `regex`, and `ngrams` of other tokens."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `whitespace`, `regex` and `ngrams`."""
    register("whitespace", "embedkit_tokenizers.whitespace:Whitespace")
    register("regex", "embedkit_tokenizers.regex:Regex")
    register("ngrams", "embedkit_tokenizers.ngrams:Ngrams")
