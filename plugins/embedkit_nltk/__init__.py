"""NLTK's tokenizers, `nltk-word`, `nltk-wordpunct` and `nltk-tweet`, and its stop words."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl
from embedkit_nltk.stopwords import NltkStopWords
from embedkit_nltk.tweet import NltkTweet
from embedkit_nltk.word import NltkWord
from embedkit_nltk.wordpunct import NltkWordPunct


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register the tokenizers under the names of NLTK's functions."""
    register("nltk-word", NltkWord)
    register("nltk-wordpunct", NltkWordPunct)
    register("nltk-tweet", NltkTweet)


@hookimpl
def register_function_words(register: Register) -> None:
    """Register NLTK's lists, one for each of its languages."""
    register("nltk-stopwords", NltkStopWords)
