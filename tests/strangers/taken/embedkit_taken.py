"""Another `nltk-tweet`, which is a tokenizer of embedkit's own."""

from embedkit.plugin_api import hookimpl


class Tweet:
    """One token a text."""

    def tokenize(self, texts):
        """The text itself."""
        return [[text] if text else [] for text in texts]


@hookimpl
def register_tokenizers(register):
    """Claim `nltk-tweet`."""
    register("nltk-tweet", Tweet)
