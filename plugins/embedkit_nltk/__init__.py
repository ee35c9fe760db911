"""NLTK's tokenizers: `nltk-word`, `nltk-wordpunct` and `nltk-tweet`."""

from __future__ import annotations

from embedkit.hookspecs import Register, hookimpl
from embedkit_nltk.tweet import NltkTweet
from embedkit_nltk.word import NltkWord
from embedkit_nltk.wordpunct import NltkWordPunct


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register the tokenizers under the names of NLTK's functions."""
    register("nltk-word", NltkWord)
    register("nltk-wordpunct", NltkWordPunct)
    register("nltk-tweet", NltkTweet)
