"""Checks of tokenizers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from embedkit.errors import shortened
from embedkit.recipe.document import is_unicode
from embedkit.testing.check import check, expect
from embedkit.testing.checks.common import deterministic, does_its_work
from embedkit.testing.exercise import Exercise
from embedkit.testing.subject import Subject

TEXTS = ("A great film, and great fun.", "", "dull", "dull and slow", "a", "Great fun")
"""Texts of several lengths, an empty one and one of a single token among them."""

ODD = (
    "   ",
    "\t\r\n\x0b\u2028",
    "a\x00b \x07 \x1b[31mred\x1b[0m \x7f",
    "zero\u200bwidth \u202eright to left\u202c \ufeff",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1f0\U0001f1f7 \U0001f44d\U0001f3fd \u2764\ufe0f",
    "cafe\u0301 na\u00efve \ufb01ne \u00bd \u00b2",
    "\ud55c\uad6d\uc5b4 \u6f22\u5b57 \u0939\u093f\u0928\u094d\u0926\u0940 \u05e2\u05d1\u05e8\u05d9\u05ea",
    "<PAD> <UNK> </s> [CLS] ##ing",
    "... !? --- '' \"\" ((( @user #tag http://example.org/?a=b&c=d 1,000.5e-3",
)
"""Texts of control characters, emoji, combining characters, several scripts, and marks alone."""

LONG = 100_000
"""Characters of a long text."""


@check("tokenizer")
def tokenizer_one_list_per_text(subject: Subject) -> None:
    """`tokenize` returns one list of tokens for each text, in the order of the texts."""
    tokens = subject.make().tokenize([*TEXTS])
    expect(isinstance(tokens, list), "a list", type(tokens).__name__)
    expect(len(tokens) == len(TEXTS), f"{len(TEXTS)} lists, one for each text", str(len(tokens)))


@check("tokenizer", requires=(tokenizer_one_list_per_text,))
def tokenizer_lists_of_strings(subject: Subject) -> None:
    """The tokens of a text are a list of strings."""
    for text, tokens in zip(TEXTS, subject.make().tokenize([*TEXTS]), strict=True):
        _expect_strings(text, tokens)


@check("tokenizer", requires=(tokenizer_lists_of_strings,))
def tokenizer_empty_text(subject: Subject) -> None:
    """An empty text has no tokens."""
    tokens = subject.make().tokenize([""])
    expect(tokens == [[]], "[[]] for an empty text", repr(tokens))


@check("tokenizer", requires=(tokenizer_one_list_per_text,))
def tokenizer_no_texts(subject: Subject) -> None:
    """No texts give an empty list."""
    tokens = subject.make().tokenize([])
    expect(tokens == [], "[] for no texts", repr(tokens))


@check("tokenizer", requires=(tokenizer_empty_text,))
def tokenizer_no_empty_token(subject: Subject) -> None:
    """No token is an empty string."""
    for text in (*filter(None, TEXTS), "two  spaces", " at the ends "):
        (tokens,) = subject.make().tokenize([text])
        expect("" not in tokens, f"tokens of at least one character for {text!r}", repr(tokens))


@check("tokenizer", requires=(deterministic, tokenizer_one_list_per_text))
def tokenizer_answers_are_independent(subject: Subject) -> None:
    """The tokens of a call stay as they are when other texts are tokenized."""
    made = subject.make()
    tokens = made.tokenize([*TEXTS])
    before = repr(tokens)
    made.tokenize(["another film", *TEXTS])
    expect(repr(tokens) == before, f"{before} as before another call", repr(tokens))


@check("tokenizer", requires=(tokenizer_answers_are_independent,))
def tokenizer_each_text_by_itself(subject: Subject) -> None:
    """A text has the same tokens alone, among other texts, and in another order of them."""
    made = subject.make()
    together, backwards = made.tokenize([*TEXTS]), made.tokenize([*TEXTS[::-1]])[::-1]
    for text, tokens, other in zip(TEXTS, together, backwards, strict=True):
        (alone,) = subject.make().tokenize([text])
        expect(tokens == alone, f"{alone!r} for {text!r} among other texts, as alone", repr(tokens))
        expect(other == alone, f"{alone!r} for {text!r} in another order of texts, as alone", repr(other))


@check("tokenizer", requires=(does_its_work, tokenizer_lists_of_strings))
def tokenizer_any_characters(subject: Subject) -> None:
    """Any Unicode text can be tokenized: control characters, emoji, every script, marks alone."""
    for text in ODD:
        (tokens,) = subject.make().tokenize([text])
        _expect_strings(text, tokens)


@check("tokenizer", requires=(tokenizer_any_characters,))
def tokenizer_whole_characters(subject: Subject) -> None:
    """No token has half of a character: half a surrogate pair cannot be written to a file."""
    for text in ODD:
        (tokens,) = subject.make().tokenize([text])
        halves = [token for token in tokens if not is_unicode(token)]
        expect(not halves, f"whole characters in the tokens of {text!a}", ascii(halves))


@check("tokenizer", requires=(does_its_work, tokenizer_lists_of_strings))
def tokenizer_long_text(subject: Subject) -> None:
    """A text of 100,000 characters can be tokenized, of many words or of one."""
    for text in (("a great film " * LONG)[:LONG], "a" * LONG):
        (tokens,) = subject.make().tokenize([text])
        _expect_strings(text, tokens)


@check("tokenizer", requires=(does_its_work,))
def tokenizer_depends_on_files(subject: Subject) -> None:
    """`depends_on`, if it has that, returns the files on which its tokens depend, and they exist."""
    made = subject.make()
    if callable(getattr(made, "depends_on", None)):
        files = made.depends_on()
        expect(isinstance(files, Sequence), "a sequence of paths", type(files).__name__)
        missing = [str(file) for file in files if not getattr(file, "exists", lambda: False)()]
        expect(not missing, "paths of files that exist", ", ".join(missing))


def _expect_strings(text: str, tokens: Any) -> None:
    fits = isinstance(tokens, list) and all(isinstance(token, str) for token in tokens)
    expect(fits, f"a list of strings for {shortened(text)!a}", shortened(ascii(tokens), 200))


def _texts(number: int) -> list[str]:
    return [
        ["A great film, and great fun.", "dull and slow", "It is not bad."],
        ["Slow, but never dull!", "great fun", "the same film again", "a"],
    ][number]


def _tokenize(made: Any, texts: Sequence[str]) -> Any:
    return made.tokenize(texts)


EXERCISE = Exercise("tokenizer", _texts, _tokenize, requires=(tokenizer_one_list_per_text.id,))
