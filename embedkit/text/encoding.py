"""From texts to ids: the one place where a text becomes tokens and tokens become rows of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from embedkit.contracts import check_tokens
from embedkit.interfaces import Example, Tokenizer
from embedkit.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class TokenizedSplit:
    """The texts of one split as tokens, those beyond `max_length` counted in `cut` and gone."""

    name: str
    examples: Sequence[Example]
    tokens: Sequence[Sequence[str]]
    cut: Sequence[int]

    def ids(self, vocabulary: Vocabulary) -> list[list[int]]:
        """The ids of every text's tokens."""
        return [vocabulary.ids(tokens) for tokens in self.tokens]

    def shortened(self, max_length: int | None, cut: Literal["head", "tail"]) -> TokenizedSplit:
        """The same texts with `max_length` tokens of each, the others counted as cut."""
        kept = [shorten(tokens, max_length, cut) for tokens in self.tokens]
        lost = [n + len(t) - len(k) for n, t, k in zip(self.cut, self.tokens, kept, strict=True)]
        return replace(self, tokens=kept, cut=lost)


def tokenize_split(
    name: str,
    examples: Sequence[Example],
    tokenizer: Tokenizer,
    max_length: int | None = None,
    cut: Literal["head", "tail"] = "tail",
) -> TokenizedSplit:
    """Tokenize the texts of a split and keep `max_length` tokens of each, losing its `cut` end."""
    texts = [example.text for example in examples]
    tokens = check_tokens(tokenizer, tokenizer.tokenize(texts), texts)
    return TokenizedSplit(name, examples, tokens, [0] * len(texts)).shortened(max_length, cut)


def shorten(tokens: Sequence[str], max_length: int | None, cut: Literal["head", "tail"]) -> Sequence[str]:
    """At most `max_length` tokens: the first ones where the tail is cut, the last ones where the head is."""
    if max_length is None or len(tokens) <= max_length:
        return tokens
    return tokens[:max_length] if cut == "tail" else tokens[len(tokens) - max_length :]
