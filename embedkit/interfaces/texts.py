"""Protocols of readers, tokenizers and function words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Example:
    """One text. `id` is its row in its source, from 1; `label` is None where none is known.

    Examples of one `group`, such as an author or a document, are never on both sides of a split that is
    drawn. It is None for an example in no group.
    """

    id: int
    text: str
    label: str | None = None
    group: str | None = None


class Reader(Protocol):
    """Reads labelled texts."""

    def read(self) -> Iterable[Example]:
        """Read every example, in source order. Raises DataError naming the line of a malformed row."""


class Tokenizer(Protocol):
    """Splits texts into tokens: a pure function of the text."""

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """Return one list of tokens for each text, in order; an empty text gives an empty list."""


@runtime_checkable
class OfTokenizerFile(Protocol):
    """A tokenizer or vector source that goes with a `tokenizer.json` of Hugging Face's tokenizers; optional.

    A source whose words are the tokens of such a file can only be used with a tokenizer that follows a file
    of the same content.
    """

    @property
    def tokenizer_file(self) -> Path | None:
        """Return the file that the tokenizer follows, or whose tokens the source has; None without one."""


@runtime_checkable
class KeepableTokenizer(Tokenizer, Protocol):
    """A tokenizer whose tokens may be cached between runs, as it lists all the files that they depend on."""

    def depends_on(self) -> Sequence[Path]:
        """Return the files that its tokens depend on; a folder stands for everything in it.

        Its parameters, its package's code and the packages that its distribution requires need not be listed.
        """


class FunctionWords(Protocol):
    """The function words of a language, which carry its grammar: articles, pronouns and the like."""

    def words(self) -> Collection[str]:
        """Return the function words, in any case.

        Raises DataError if the resource they are read from is not installed.
        """


@runtime_checkable
class TaggedFunctionWords(FunctionWords, Protocol):
    """Function words of tokens that carry their part of speech after a slash, such as `는/JX`; optional."""

    def tags(self) -> Collection[str]:
        """Return the tags of function words: every token with such a tag is one, whatever the word is."""
