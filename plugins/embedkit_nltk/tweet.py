"""`nltk-tweet`: a tokenizer that knows emoticons, hashtags, handles and addresses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from embedkit.plugin_api import DataError, Doc, Fault, Lowercase, StopWords, clean
from embedkit_nltk.resources import stop_word_files


class NltkTweet:
    """The tokens of `nltk.TweetTokenizer`, for short messages: `:-)`, `#tag`, `@name` are one token each."""

    def __init__(
        self,
        *,
        preserve_case: Annotated[
            bool, Doc("`false` lower-cases everything but emoticons; `lowercase` lower-cases those too")
        ] = True,
        reduce_len: Annotated[
            bool, Doc("shorten longer repetitions of a character to three: `waaaaay` is `waaay`")
        ] = False,
        strip_handles: Annotated[bool, Doc("remove handles such as `@name`")] = False,
        lowercase: Lowercase = False,
        stop_words: StopWords = None,
    ) -> None:
        self.preserve_case = preserve_case
        self.reduce_len = reduce_len
        self.strip_handles = strip_handles
        self.lowercase = lowercase
        self.stop_words = stop_words

    def depends_on(self) -> list[Path]:
        """Return the files of the stop word corpus, if stop words are removed."""
        return stop_word_files(self.stop_words)

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """Tokenize each text with NLTK's `TweetTokenizer`; remove stop words and lower-case tokens, if set.

        Raises DataError if NLTK's own time limit runs out on a text, such as thousands of digits.
        """
        from nltk.tokenize import TweetTokenizer

        tokenizer = TweetTokenizer(self.preserve_case, self.reduce_len, self.strip_handles)
        tokens = []
        for text in texts:
            try:
                tokens.append(tokenizer.tokenize(text))
            except TimeoutError as error:
                what = f"nltk-tweet gave up on the text of {len(text)} characters that begins {text[:40]!r}"
                raise DataError(Fault(what, "tokenizer", hint=str(error))) from error
        return clean(tokens, lowercase=self.lowercase, stop_words=self.stop_words)
