"""Checks of function words."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from embedkit.testing.check import check, expect
from embedkit.testing.exercise import Exercise
from embedkit.testing.subject import Subject

KIND = "function-words"


@check(KIND)
def function_words_are_strings(subject: Subject) -> None:
    """`words` returns a collection of strings, and not one string."""
    _expect_strings(subject.make().words())


@check(KIND, requires=(function_words_are_strings,))
def function_words_are_some(subject: Subject) -> None:
    """There is at least one word."""
    expect(len(subject.make().words()) > 0, "at least one word", "none")


@check(KIND, requires=(function_words_are_strings,))
def function_words_are_words(subject: Subject) -> None:
    """No word is empty, or has white space at its ends: it would never be a token."""
    odd = [word for word in subject.make().words() if not word or word != word.strip()]
    expect(not odd, "words as tokenizers give them", repr(odd[:5]))


@check(KIND)
def function_words_tags(subject: Subject) -> None:
    """`tags`, if it has that, returns a collection of strings, none of them empty."""
    made = subject.make()
    if callable(getattr(made, "tags", None)):
        tags = made.tags()
        _expect_strings(tags)
        expect("" not in tags, "tags of at least one character", "an empty one")


def _expect_strings(words: Any) -> None:
    fits = isinstance(words, Collection) and not isinstance(words, str | bytes)
    expect(fits, "a collection of strings", f"{words!r:.80}")
    strange = [word for word in words if not isinstance(word, str)]
    expect(not strange, "a collection of strings", f"{strange[:1]!r} in it")


def _nothing(_number: int) -> None:
    return None


def _words(made: Any, _arguments: None) -> Any:
    """Return the words as a set: a list may be in any order."""
    words = made.words()
    tags = made.tags() if callable(getattr(made, "tags", None)) else ()
    return {*words}, {*tags}


EXERCISE = Exercise(KIND, _nothing, _words, requires=(function_words_are_strings.id, function_words_tags.id))
