"""Wrappers of readers, tokenizers and function words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from embedkit.errors import DataError
from embedkit.interfaces.changes import accepting
from embedkit.plugin.wrappers.wrapped import Wrapped

if TYPE_CHECKING:
    from embedkit.interfaces import Example, FunctionWords, Reader, Tokenizer

AT_ONCE = 1_000
"""Examples that are taken from a reader in one call."""


class WrappedReader(Wrapped):
    """The wrapper of a reader."""

    protocol = "Reader"
    _made: Reader

    def read(self, **newer: Any) -> Iterator[Example]:
        """Yield every example. Raises ComponentError for anything that is not a valid Example."""
        from embedkit.interfaces.contracts import check_examples, check_iterable

        count = 0
        some: list[Example] = []

        def clause() -> str:
            return f"read() raised after {count + len(some):,} examples:"

        with self._owner.calling(clause):
            examples = accepting("Reader.read", self._made.read)(**newer)
        with self._owner.calling(clause):
            given = iter(check_iterable(self, examples))
        while True:
            some = []
            with self._reading(clause):
                for example in islice(given, AT_ONCE):
                    some.append(example)
            if not some:
                return
            yield from check_examples(self, some, count)
            count += len(some)

    @contextmanager
    def _reading(self, clause: Callable[[], str]) -> Iterator[None]:
        """Call the reader; a DataError that does not say where gets the reader's key in the recipe."""
        try:
            with self._owner.calling(clause):
                yield
        except DataError as error:
            if all(fault.where for fault in error.faults):
                raise
            key = self._owner.key
            raise DataError(*(replace(f, where=f.where or key) for f in error.faults)) from error


class WrappedTokenizer(Wrapped):
    """The wrapper of a tokenizer."""

    protocol = "Tokenizer"
    _made: Tokenizer

    def tokenize(self, texts: Sequence[str], **newer: Any) -> list[list[str]]:
        """Return the tokens of each text, not yet checked (`contracts.check_tokens`)."""
        with self._owner.calling(lambda: f"tokenize() of {len(texts):,} texts raised"):
            return accepting("Tokenizer.tokenize", self._made.tokenize)([*texts], **newer)


class WrappedFunctionWords(Wrapped):
    """The wrapper of function words."""

    protocol = "FunctionWords"
    _made: FunctionWords

    def words(self, **newer: Any) -> Collection[str]:
        """Return the function words.

        Raises ComponentError unless they are a collection of strings, not one string.
        """
        from embedkit.interfaces.contracts import check_function_words

        with self._owner.calling("words() raised"):
            words = accepting("FunctionWords.words", self._made.words)(**newer)
        return check_function_words(self, words)
