"""Tokenizers that need nothing but Python: `whitespace` and `regex`."""

from __future__ import annotations

from embedkit.hookspecs import Register, hookimpl
from embedkit_tokenizers.regex import Regex
from embedkit_tokenizers.whitespace import Whitespace


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `whitespace` and `regex`."""
    register("whitespace", Whitespace)
    register("regex", Regex)
