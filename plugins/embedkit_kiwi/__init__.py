"""Korean: morphemes by the package kiwipiepy, and the function words among them."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register the tokenizer `kiwi`."""
    register("kiwi", "embedkit_kiwi.tokenizer:Kiwi")


@hookimpl
def register_function_words(register: Register) -> None:
    """Register the closed classes of Korean."""
    register("korean", "embedkit_kiwi.korean:Korean")
