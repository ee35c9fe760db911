"""Counts of the tokens and types of a split by state: over all words, over content words, and by class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from embedkit.data.labels import parts_of
from embedkit.evaluation.oov.result import Coverage, KindCounts, MissingWord, WordCounts, state_counts
from embedkit.model.token_states import OF_PIECES, OF_WORDS, State, StateSet, Word

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.evaluation.predictions import Prediction, Predictions

SHOWN = 50
"""How many of the missing words are listed."""


@dataclass(frozen=True)
class Tally:
    """How often each word is read by one model or by several, in all texts and in those of each class.

    A word has one state for each model; if two models read it in different states, it counts as a type in
    both. `cut` is the number of tokens that no model read; all models have the same `state_set`.
    """

    words: Counter[Word] = field(default_factory=Counter)
    classes: Mapping[str, Counter[Word]] = field(default_factory=dict)
    cut: int = 0
    state_set: StateSet = OF_WORDS

    @classmethod
    def of(cls, texts: Iterable[Prediction], classes: Iterable[str], separator: str | None = None) -> Tally:
        """Count the words of one model's `texts`.

        A text with several labels, joined by `separator`, counts with each of its classes.
        """
        words, cut, state_set = Counter[Word](), 0, OF_WORDS
        of_class = {label: Counter[Word]() for label in classes}
        for text in texts:
            read, state_set = text.words, text.state_set
            labels = () if text.label is None else parts_of(text.label, separator)
            for counts in (words, *(of_class[label] for label in labels)):
                counts.update(read)
            cut += text.cut
        return cls(words, of_class, cut, state_set)

    @classmethod
    def of_split(cls, texts: Predictions) -> Tally:
        """Count the words of one model's predictions for a split, as `of` does, by the numbers of words."""
        separator, of_label = texts.labelling.separator, dict[str | None, Counter[int]]()
        states = texts.token_states
        for label, numbers in zip(texts.labels(), states.numbers, strict=True):
            of_label.setdefault(label, Counter()).update(numbers)
        of_class = {label: Counter[Word]() for label in texts.labelling.classes}
        words = Counter[Word]()
        for label, counts in of_label.items():
            read = {states.words[number]: count for number, count in counts.items()}
            labels = () if label is None else parts_of(label, separator)
            for counted in (words, *(of_class[each] for each in labels)):
                counted.update(read)
        return cls(words, of_class, sum(texts.split.cut), states.state_set)

    def __add__(self, other: Tally) -> Tally:
        labels = dict.fromkeys((*self.classes, *other.classes))
        both = {label: [each.classes.get(label, Counter()) for each in (self, other)] for label in labels}
        by_class = {label: mine + others for label, (mine, others) in both.items()}
        return Tally(self.words + other.words, by_class, self.cut + other.cut, self.state_set)

    def coverage(self, content: Content) -> Coverage:
        """Return the counts of tokens and types by state, over all texts and by class."""
        counted = count_states(self.words, content, self.state_set)
        by_class = {
            label: count_states(words, content, self.state_set) for label, words in self.classes.items()
        }
        return Coverage(counted.tokens, counted.types, self.cut, by_class)


def count_states(words: Mapping[Word, int], content: Content, state_set: StateSet = OF_WORDS) -> WordCounts:
    """Count the tokens and types in every state, over all words and over content words.

    The counts of tokens by state add up to the number of tokens read.
    """
    of_content = {word: count for word, count in words.items() if content.is_content(word.word)}
    tokens = KindCounts(state_counts(words, state_set), state_counts(of_content, state_set))
    types = KindCounts(*(state_counts(dict.fromkeys(each, 1), state_set) for each in (words, of_content)))
    return WordCounts(tokens, types)


def missing_words(
    words: Mapping[Word, int], content: Content, state_set: StateSet = OF_WORDS, shown: int = SHOWN
) -> tuple[MissingWord, ...]:
    """Return the words in missing states, the most frequent first, at most `shown`.

    A word that is read in pieces has the mean number of them.
    """
    missing: Counter[tuple[str, State]] = Counter()
    amounts: Counter[tuple[str, State]] = Counter()
    for (word, state, amount), count in words.items():
        if state in state_set.missing:
            missing[word, state] += count
            amounts[word, state] += count * amount
    return tuple(
        MissingWord(word, count, state, content.is_content(word), pieces)
        for (word, state), count in sorted(missing.items(), key=lambda each: (-each[1], each[0]))[:shown]
        for pieces in [amounts[word, state] / count if state_set == OF_PIECES else None]
    )
