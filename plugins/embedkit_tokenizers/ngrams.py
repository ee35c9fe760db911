"""`ngrams`: the tokens of another tokenizer, then the n-grams of neighbouring tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from annotated_types import Ge

from embedkit.plugin_api import ComponentOf, Doc, Tokenizer


class Ngrams:
    """A text's tokens, then its pairs of neighbouring tokens, then what is longer: each a token of its own.

    The tokens of a pair are joined by one space, as in `not bad`. No vector file has such words: they are for
    embeddings that count or train on the texts, and for encoders that pool.
    """

    def __init__(
        self,
        *,
        of: Annotated[
            Tokenizer, ComponentOf("tokenizer"), Doc("the tokenizer that splits the texts, with its own keys")
        ],
        longest: Annotated[int, Ge(2), Doc("tokens in the longest n-gram; shorter ones come first")] = 2,
    ) -> None:
        self.of = of
        self.longest = longest

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """Return the n-grams of each text, shorter ones first, each length from left to right."""
        return [[*self._ngrams(tokens)] for tokens in self.of.tokenize(texts)]

    def _ngrams(self, tokens: Sequence[str]) -> Iterator[str]:
        yield from tokens
        for n in range(2, self.longest + 1):
            yield from map(" ".join, zip(*(tokens[start:] for start in range(n)), strict=False))
