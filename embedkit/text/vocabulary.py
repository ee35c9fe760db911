"""Words and their rows in the embedding matrix: `<PAD>` is row 0, `<UNK>` row 1, words follow from row 2."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

PAD, UNK = "<PAD>", "<UNK>"
PAD_ID, UNK_ID = 0, 1
FIRST_WORD_ID = 2


@dataclass(frozen=True)
class Vocabulary:
    """The words of the training split, in order of first appearance, with their counts.

    `dropped` holds the words, with their counts, that `min_count` or `max_size` removed. A token that
    literally reads `<PAD>` or `<UNK>` never becomes a word.
    """

    words: tuple[str, ...]
    counts: tuple[int, ...]
    dropped: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, counts: Counter[str], min_count: int = 1, max_size: int | None = None) -> Vocabulary:
        """Make a vocabulary of the `max_size` most frequent words that occur at least `min_count` times.

        If two words at the limit are equally frequent, the one that appeared first is kept.
        """
        counts = counts.copy()
        for reserved in (PAD, UNK):
            counts.pop(reserved, None)
        frequent = [word for word, count in counts.most_common(max_size) if count >= min_count]
        kept = set(frequent)
        words = tuple(word for word in counts if word in kept)
        dropped = {word: count for word, count in counts.items() if word not in kept}
        return cls(words, tuple(counts[word] for word in words), dropped)

    def __len__(self) -> int:
        """Return V, the number of rows of the embedding matrix, with `<PAD>` and `<UNK>`."""
        return len(self.words) + FIRST_WORD_ID

    def __contains__(self, word: str) -> bool:
        return word in self._row_of

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.words, FIRST_WORD_ID)}

    def without_row(self, texts: Iterable[Sequence[str]]) -> list[str]:
        """Return the words of `texts` that have no row, in order of first appearance."""
        reserved = (PAD, UNK)
        words = dict.fromkeys(chain.from_iterable(texts))
        return [word for word in words if word not in self._row_of and word not in reserved]

    def extended(self, words: Sequence[str]) -> Vocabulary:
        """Return the vocabulary with `words` appended; their counts are those in the training split, or 0."""
        added = {word: self.dropped.get(word, 0) for word in words}
        dropped = {word: count for word, count in self.dropped.items() if word not in added}
        return Vocabulary((*self.words, *added), (*self.counts, *added.values()), dropped)

    def to_dict(self) -> dict[str, int]:
        """Return the word → id dictionary, `<PAD>` and `<UNK>` first."""
        return {PAD: PAD_ID, UNK: UNK_ID, **self._row_of}

    def ids(self, tokens: Iterable[str]) -> list[int]:
        """Return the id of each token; UNK_ID for a token that is not in the vocabulary."""
        row_of = self._row_of
        return [row_of.get(token, UNK_ID) for token in tokens]
