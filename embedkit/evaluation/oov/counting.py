"""What is missing: tokens and types of a split in every state, all and content alone, by class as well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from embedkit.data.labels import parts_of
from embedkit.evaluation.coverage import OUT_OF_VOCABULARY, STATES, State

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.evaluation.predictions import Prediction

SHOWN = 50
"""How many of the missing words are listed."""

Counts = dict[str, dict[str, dict[str, int]]]
"""`tokens` and `types`, of `all` and of `content`, in every state and looked up."""


def count_states(texts: Sequence[Prediction], content: Content) -> Counts:
    """Tokens and types of `texts` in every state; the states add up to the tokens that the model read."""
    return _counts(_words(texts), _known(texts), content)


def count_by_class(
    texts: Sequence[Prediction], content: Content, classes: Iterable[str], separator: str | None
) -> dict[str, Counts]:
    """As `count_states`, of the texts with each label; a text with several counts with each of them."""
    of_class: dict[str, list[Prediction]] = {label: [] for label in classes}
    for text in texts:
        for label in () if text.label is None else parts_of(text.label, separator):
            of_class[label].append(text)
    known = _known(texts)
    return {label: _counts(_words(each), known, content) for label, each in of_class.items()}


def missing_words(texts: Sequence[Prediction], content: Content, shown: int = SHOWN) -> list[dict[str, Any]]:
    """The words out of vocabulary, the most frequent first: `word`, `count`, `state`, whether `content`."""
    words, (states, _) = _words(texts), _known(texts)
    missing = [word for word in words if states[word] in OUT_OF_VOCABULARY]
    return [
        {"word": word, "count": words[word], "state": states[word], "content": content.is_content(word)}
        for word in sorted(missing, key=lambda word: (-words[word], word))[:shown]
    ]


def _words(texts: Sequence[Prediction]) -> Mapping[str, int]:
    """How often each word is read."""
    return Counter(chain.from_iterable(text.tokens for text in texts))


def _known(texts: Sequence[Prediction]) -> tuple[dict[str, State], frozenset[str]]:
    """The state of each word, which it has wherever a model reads it, and the words that were looked up."""
    states: dict[str, State] = {}
    looked_up: set[str] = set()
    for text in texts:
        states.update(zip(text.tokens, text.states, strict=True))
        if True in text.looked_up:
            looked_up.update(t for t, apart in zip(text.tokens, text.looked_up, strict=True) if apart)
    return states, frozenset(looked_up)


def _counts(
    words: Mapping[str, int], known: tuple[dict[str, State], frozenset[str]], content: Content
) -> Counts:
    of_content = {word: count for word, count in words.items() if content.is_content(word)}
    chosen = {"all": words, "content": of_content}
    return {
        "tokens": {of: _by_state(counted, *known) for of, counted in chosen.items()},
        "types": {of: _by_state(dict.fromkeys(counted, 1), *known) for of, counted in chosen.items()},
    }


def _by_state(
    words: Mapping[str, int], states: Mapping[str, State], looked_up: frozenset[str]
) -> dict[str, int]:
    counts = dict.fromkeys((*STATES, "looked_up"), 0)
    for word, count in words.items():
        counts[states[word]] += count
        counts["looked_up"] += count if word in looked_up else 0
    return counts
