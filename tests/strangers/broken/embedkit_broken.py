"""A plugin that ends the program when it is imported, before its tokenizer can be registered."""

import sys

from embedkit.plugin_api import hookimpl

sys.exit("whispering needs a licence")


@hookimpl
def register_tokenizers(register):
    """Would register `whisper`."""
    register("whisper", str.lower)
