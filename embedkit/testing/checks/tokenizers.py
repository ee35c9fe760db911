"""Checks of tokenizers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from embedkit.testing.check import check, expect
from embedkit.testing.exercise import Exercise
from embedkit.testing.subject import Subject

TEXTS = ("A great film, and great fun.", "", "dull", "dull and slow", "a")
"""Texts of several lengths, an empty one and one of a single token among them."""


@check("tokenizer")
def tokenizer_one_list_per_text(subject: Subject) -> None:
    """`tokenize` returns one list of tokens for each text, in the order of the texts."""
    tokens = subject.make().tokenize([*TEXTS])
    expect(isinstance(tokens, list), "a list", type(tokens).__name__)
    expect(len(tokens) == len(TEXTS), f"{len(TEXTS)} lists, one for each text", str(len(tokens)))


@check("tokenizer", requires=(tokenizer_one_list_per_text,))
def tokenizer_empty_text(subject: Subject) -> None:
    """An empty text has no tokens."""
    tokens = subject.make().tokenize([""])
    expect(tokens == [[]], "[[]] for an empty text", repr(tokens))


def _texts(number: int) -> list[str]:
    return [
        ["A great film, and great fun.", "dull and slow", "It is not bad."],
        ["Slow, but never dull!", "great fun", "the same film again", "a"],
    ][number]


def _tokenize(made: Any, texts: Sequence[str]) -> Any:
    return made.tokenize(texts)


EXERCISE = Exercise("tokenizer", _texts, _tokenize, requires=(tokenizer_one_list_per_text.id,))
