"""Counts of the tokens and types of a split by state: over all words, over content words, and by class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from embedkit.data.labels import parts_of
from embedkit.evaluation.coverage import OUT_OF_VOCABULARY, STATES, State, Word

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.evaluation.prediction import Prediction

SHOWN = 50
"""How many of the missing words are listed."""

Counts = dict[str, dict[str, dict[str, int]]]
"""`tokens` and `types`, of `all` and of `content`, in every state and looked up."""


@dataclass(frozen=True)
class Tally:
    """How often each word is read by one model or by several, in all texts and in those of each class.

    A word has one state for each model; if two models read it in different states, it counts as a type in
    both. `cut` is the number of tokens that no model read.
    """

    words: Counter[Word] = field(default_factory=Counter)
    classes: Mapping[str, Counter[Word]] = field(default_factory=dict)
    cut: int = 0

    @classmethod
    def of(cls, texts: Iterable[Prediction], classes: Iterable[str], separator: str | None = None) -> Tally:
        """Count the words of one model's `texts`.

        A text with several labels, joined by `separator`, counts with each of its classes.
        """
        words, cut = Counter[Word](), 0
        of_class = {label: Counter[Word]() for label in classes}
        for text in texts:
            read = [*zip(text.tokens, text.states, text.looked_up, strict=True)]
            labels = () if text.label is None else parts_of(text.label, separator)
            for counts in (words, *(of_class[label] for label in labels)):
                counts.update(read)
            cut += text.cut
        return cls(words, of_class, cut)

    def __add__(self, other: Tally) -> Tally:
        labels = dict.fromkeys((*self.classes, *other.classes))
        both = {label: [each.classes.get(label, Counter()) for each in (self, other)] for label in labels}
        by_class = {label: mine + others for label, (mine, others) in both.items()}
        return Tally(self.words + other.words, by_class, self.cut + other.cut)

    def coverage(self, content: Content) -> dict[str, Any]:
        """Return `tokens` and `types` by state, the number of `cut` tokens, and `classes`.

        `classes` has `tokens` and `types` of each class.
        """
        by_class = {label: count_states(words, content) for label, words in self.classes.items()}
        return {**count_states(self.words, content), "cut": self.cut, "classes": by_class}


def count_states(words: Mapping[Word, int], content: Content) -> Counts:
    """Count the tokens and types in every state, over all words and over content words.

    The counts of tokens by state add up to the number of tokens read.
    """
    of_content = {word: count for word, count in words.items() if content.is_content(word[0])}
    chosen = {"all": words, "content": of_content}
    return {
        "tokens": {of: _by_state(counted) for of, counted in chosen.items()},
        "types": {of: _by_state(dict.fromkeys(counted, 1)) for of, counted in chosen.items()},
    }


def missing_words(words: Mapping[Word, int], content: Content, shown: int = SHOWN) -> list[dict[str, Any]]:
    """Return the out-of-vocabulary words, the most frequent first, at most `shown`.

    Each has `word`, `count`, `state`, and in `content` whether it is a content word.
    """
    missing: Counter[tuple[str, State]] = Counter()
    for (word, state, _), count in words.items():
        if state in OUT_OF_VOCABULARY:
            missing[word, state] += count
    return [
        {"word": word, "count": count, "state": state, "content": content.is_content(word)}
        for (word, state), count in sorted(missing.items(), key=lambda each: (-each[1], each[0]))[:shown]
    ]


def _by_state(words: Mapping[Word, int]) -> dict[str, int]:
    counts = dict.fromkeys((*STATES, "looked_up"), 0)
    for (_, state, looked_up), count in words.items():
        counts[state] += count
        counts["looked_up"] += count if looked_up else 0
    return counts
