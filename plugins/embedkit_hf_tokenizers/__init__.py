"""Tokenizers that Hugging Face's package `tokenizers` saves in a file, `tokenizer.json`."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register the tokenizer `tokenizers`."""
    register("tokenizers", "embedkit_hf_tokenizers.tokenizer:HfTokenizer")
