"""Which occurrences of words are read in their sentences, and which states of a text encoder are theirs."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, chain

Occurrences = Mapping[int, Sequence[tuple[int, int]]]
"""By the number of a text: positions of tokens in it, each with the number of its word."""


def choose(words: Sequence[str], texts: Sequence[Sequence[str]], most: int) -> Occurrences:
    """Return up to `most` occurrences of each word in `texts`, evenly spread over all its occurrences."""
    number_of = {word: number for number, word in enumerate(words)}
    counts = Counter(chain.from_iterable(texts))
    seen: Counter[str] = Counter()
    chosen: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, tokens in enumerate(texts):
        for position, token in enumerate(tokens):
            if token in number_of:
                if _is_chosen(seen[token], counts[token], most):
                    chosen[number].append((position, number_of[token]))
                seen[token] += 1
    return chosen


def _is_chosen(occurrence: int, count: int, most: int) -> bool:
    """Tell whether an occurrence, by its number from 0, is one of the `most` that are read of `count`."""
    return count <= most or (occurrence + 1) * most // count > occurrence * most // count


def aligned(tokens: Sequence[str], words: Sequence[str]) -> list[list[int]]:
    """Return, for each token, the numbers of the `words` that overlap it in the tokens joined by spaces.

    `words` are spelt as in that text, and in its order; what stands between them is in no word.
    """
    text = " ".join(tokens)
    ends = [*accumulate(len(token) + 1 for token in tokens)]
    own: list[list[int]] = [[] for _ in tokens]
    for number, (begin, end) in _spans(text, words):
        for position in range(bisect_right(ends, begin), bisect_right(ends, end - 1) + 1):
            own[position].append(number)
    return own


def _spans(text: str, words: Sequence[str]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the number of each word with the characters that it takes, without white space at its ends."""
    at = 0
    for number, word in enumerate(words):
        bare = word.strip()
        begin = text.find(bare, at) if bare else -1
        if begin >= 0:
            at = begin + len(bare)
            yield number, (begin, at)
