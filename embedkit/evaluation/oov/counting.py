"""Counts of the tokens and types of a split by state: over all words, over content words, and by class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from embedkit.data.labels import parts_of
from embedkit.evaluation.coverage import Word
from embedkit.evaluation.oov.result import Coverage, KindCounts, MissingWord, StateCounts, WordCounts
from embedkit.model.table_rows import OUT_OF_VOCABULARY, STATES, State

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.evaluation.predictions import Prediction, Predictions

SHOWN = 50
"""How many of the missing words are listed."""


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

    @classmethod
    def of_split(cls, texts: Predictions) -> Tally:
        """Count the words of one model's predictions for a split, as `of` does, by the numbers of words."""
        separator, of_label = texts.labelling.separator, dict[str | None, Counter[int]]()
        for label, numbers in zip(texts.labels(), texts.split.tokens.numbers, strict=True):
            of_label.setdefault(label, Counter()).update(numbers)
        of_class = {label: Counter[Word]() for label in texts.labelling.classes}
        words = Counter[Word]()
        for label, counts in of_label.items():
            read = {texts.words[number]: count for number, count in counts.items()}
            labels = () if label is None else parts_of(label, separator)
            for counted in (words, *(of_class[each] for each in labels)):
                counted.update(read)
        return cls(words, of_class, sum(texts.split.cut))

    def __add__(self, other: Tally) -> Tally:
        labels = dict.fromkeys((*self.classes, *other.classes))
        both = {label: [each.classes.get(label, Counter()) for each in (self, other)] for label in labels}
        by_class = {label: mine + others for label, (mine, others) in both.items()}
        return Tally(self.words + other.words, by_class, self.cut + other.cut)

    def coverage(self, content: Content) -> Coverage:
        """Return the counts of tokens and types by state, over all texts and by class."""
        counted = count_states(self.words, content)
        by_class = {label: count_states(words, content) for label, words in self.classes.items()}
        return Coverage(counted.tokens, counted.types, self.cut, by_class)


def count_states(words: Mapping[Word, int], content: Content) -> WordCounts:
    """Count the tokens and types in every state, over all words and over content words.

    The counts of tokens by state add up to the number of tokens read.
    """
    of_content = {word: count for word, count in words.items() if content.is_content(word[0])}
    tokens = KindCounts(_by_state(words), _by_state(of_content))
    types = KindCounts(_by_state(dict.fromkeys(words, 1)), _by_state(dict.fromkeys(of_content, 1)))
    return WordCounts(tokens, types)


def missing_words(words: Mapping[Word, int], content: Content, shown: int = SHOWN) -> tuple[MissingWord, ...]:
    """Return the out-of-vocabulary words, the most frequent first, at most `shown`."""
    missing: Counter[tuple[str, State]] = Counter()
    for (word, state, _), count in words.items():
        if state in OUT_OF_VOCABULARY:
            missing[word, state] += count
    return tuple(
        MissingWord(word, count, state, content.is_content(word))
        for (word, state), count in sorted(missing.items(), key=lambda each: (-each[1], each[0]))[:shown]
    )


def _by_state(words: Mapping[Word, int]) -> StateCounts:
    counts, looked_up = dict.fromkeys(STATES, 0), 0
    for (_, state, apart), count in words.items():
        counts[state] += count
        looked_up += count if apart else 0
    return StateCounts(**counts, looked_up=looked_up)
