"""Texts, tokens, and the words that carry grammar alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Example:
    """One text. `id` is its row in its source, from 1; `label` is None where none is known."""

    id: int
    text: str
    label: str | None = None


class Reader(Protocol):
    """Reads labelled texts."""

    def read(self) -> Iterable[Example]:
        """Every example, in source order. Raises DataError naming the line of a malformed row."""


class Tokenizer(Protocol):
    """Splits texts into tokens: a pure function of the text."""

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """One list of tokens for each text, in order; an empty text gives an empty list."""


@runtime_checkable
class OfTokenizerFile(Protocol):
    """What goes with a `tokenizer.json` of Hugging Face's tokenizers; optional, for tokenizers and sources.

    A source whose words are the pieces of such a file can only be used with a tokenizer that follows a file
    of the same content.
    """

    @property
    def tokenizer_file(self) -> Path | None:
        """The file that a tokenizer follows, or whose pieces a source has vectors of; None: no such file."""


@runtime_checkable
class KeepableTokenizer(Tokenizer, Protocol):
    """A tokenizer whose tokens may be kept from one run to the next, as it says all that they follow from."""

    def depends_on(self) -> Sequence[Path]:
        """The files that decide about its tokens, besides its parameters, its package's code and the packages
        that its distribution requires; folders stand for all that is in them.
        """


class FunctionWords(Protocol):
    """The function words of a language, which carry its grammar: articles, pronouns and the like."""

    def words(self) -> Collection[str]:
        """The words, in any case. Raises DataError where what they are read from is not installed."""
