"""NLTK's tokenizers, `nltk-word`, `nltk-wordpunct` and `nltk-tweet`, and its stop words."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register the tokenizers under the names of NLTK's functions."""
    register("nltk-word", "embedkit_nltk.word:NltkWord")
    register("nltk-wordpunct", "embedkit_nltk.wordpunct:NltkWordPunct")
    register("nltk-tweet", "embedkit_nltk.tweet:NltkTweet")


@hookimpl
def register_function_words(register: Register) -> None:
    """Register NLTK's lists, one for each of its languages."""
    register("nltk-stopwords", "embedkit_nltk.stopwords:NltkStopWords")
