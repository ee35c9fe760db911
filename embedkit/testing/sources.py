"""Small sources of vectors, and the words that checks look up in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from embedkit.interfaces import EmbeddingContext, Lookup, VectorSource
from embedkit.model.known_words import KnownWords
from embedkit.plugin.registry import build_registry

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray

KNOWN = ("film", "great", "dull", "New_York", "café", "fun", "slow")
"""The words of the sources."""

MISSING = (
    *("films", "Great", "FILM", "qwzx", "drabness", "1990s", "cafe", "New-York", "flim", "it\u2019s"),
    *("#fun", "sooo", "vorz\u00fcglich", "\uc601\ud654"),
)
"""Words that the sources do not have: misspelt, in another case or language, rare, with digits or marks."""

_COMMON = """
the of and to in is it you that he was for on are with as his they at be this from have or by one had not but
what all were when we there can an your which their said if do will each about how up out them then she many
some so these would other into has more her two like him see time could no make than first been its who now
people my made over did down only way find use may water long little very word words hello world good bad king
queen man woman cat dog movie story red blue paris france berlin germany three der die und le la de el
"""
COMMON = (*_COMMON.split(),)
"""Words that most vocabularies have some of."""

STRANGE = ("", "🎬", " ", "xqjzwvkp", "\u0301", "a" * 10_000, "<UNK>", "-", "3.14")
"""Words that tokenizers may give and that no source has."""

TEXTS = (
    ("great", "film", "and", "great", "fun"),
    ("dull", "film", "and", "slow"),
    ("the", "great", "and", "slow", "film"),
    ("dull", "plot", "the", "film", "the", "fun"),
)
"""The tokens of training texts that embeddings are given, good and bad in turn."""

REPEATED = 4
"""How many times embeddings are given each text: some pass over words that are rare."""

WORDS = tuple(dict.fromkeys(word for text in TEXTS for word in text))
"""The vocabulary of these texts."""

DIM = 4
"""D, the width of the vectors of the sources."""


def known_vectors(words: Sequence[str] = KNOWN) -> FloatArray:
    """Return vectors float32 [n, DIM] of `words`: multiples of 1/4, so that adding them is exact."""
    import numpy as np

    numbers = np.arange(len(words) * DIM) * 7 % 23 - 11
    return (numbers / 4).astype(np.float32).reshape(len(words), DIM)


def plain_source(words: Sequence[str] = KNOWN) -> VectorSource:
    """Return a source of `words` without vectors of subwords."""
    return KnownWords(words, known_vectors(words))


def subword_source(words: Sequence[str] = KNOWN) -> VectorSource:
    """Return a source of `words` that has vectors of subwords, too."""
    return _Subwords(words, known_vectors(words))


class _Subwords(KnownWords):
    """A source whose subwords are the letters: each of the alphabet has a vector."""

    def subword(self, words: Sequence[str]) -> Lookup:
        """Return the sum of the vectors of each word's letters; `found` is False for a word without any."""
        import numpy as np

        letters = "abcdefghijklmnopqrstuvwxyz"
        of_letter = dict(zip(letters, known_vectors(letters), strict=True))
        vectors = np.zeros((len(words), DIM), np.float32)
        for row, word in enumerate(words):
            for letter in {*word.lower()} & {*letters}:
                vectors[row] += of_letter[letter]
        found = np.array([not {*word.lower()}.isdisjoint(letters) for word in words], np.bool_)
        return Lookup(vectors, found, np.full(len(words), -1, np.int64))


def embedding_context(seed: int = 1, texts: Sequence[Sequence[str]] = TEXTS) -> EmbeddingContext:
    """Return what an embedding is given in a run with these training texts, good and bad in turn."""
    import numpy as np

    words = [*dict.fromkeys(word for text in texts for word in text)]
    tokens = [[*text] for text in texts] * REPEATED
    targets = np.array([1, 0] * len(tokens), np.int64)[: len(tokens)]
    return EmbeddingContext(
        seed,
        words,
        training_tokens=lambda: tokens,
        formats=build_registry,
        training_targets=lambda: targets,
        classes=("bad", "good"),
    )


OpenArguments = tuple[EmbeddingContext, list[str], object]
"""The arguments of an embedding's exercise: the context, words to look up, and what the context gives."""


@dataclass(frozen=True)
class Opening:
    """The arguments of the exercise of an embedding; `trust` is the consent to run code in files."""

    trust: bool = False

    def __call__(self, number: int) -> OpenArguments:
        """Return the first or the second arguments."""
        context = embedding_context(number + 1, [TEXTS, TEXTS[::-1]][number])
        words = [*WORDS, *MISSING][:: 1 - 2 * number]
        training = context.training_tokens(), context.training_targets()
        return replace(context, trust=self.trust), words, training
