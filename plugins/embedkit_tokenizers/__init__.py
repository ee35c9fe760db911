"""Tokenizers that need nothing but Python: `whitespace`, `regex`, and `ngrams` of other tokens."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl
from embedkit_tokenizers.ngrams import Ngrams
from embedkit_tokenizers.regex import Regex
from embedkit_tokenizers.whitespace import Whitespace


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `whitespace`, `regex` and `ngrams`."""
    register("whitespace", Whitespace)
    register("regex", Regex)
    register("ngrams", Ngrams)
