"""`ablation`: an embedding some of whose words are hidden, to see what their vectors are worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Lt

from embedkit.plugin_api import (
    ComponentOf,
    Doc,
    Embedding,
    EmbeddingContext,
    Lookup,
    OfTokenizerFile,
    SubwordSource,
    VectorSource,
    check_lookup,
)
from embedkit_ablation.choosing import choose

if TYPE_CHECKING:
    from pathlib import Path

    from embedkit.plugin_api import FloatArray


class Ablation:
    """Another embedding, of whose words that the training texts have a share is hidden, matched by frequency.

    Of ten words that are about as frequent as each other, 0.2 hides two, by the recipe's seed. Words that
    training did not have are hidden by the same chance. Other spellings of a hidden word are words of their
    own: with policies that try some, it may be recovered.
    """

    def __init__(
        self,
        *,
        of: Annotated[
            Embedding,
            ComponentOf("embedding"),
            Doc("the embedding whose words are hidden, with its own keys"),
        ],
        hidden: Annotated[float, Ge(0), Lt(1), Doc("the share of its words to hide")],
    ) -> None:
        self.of = of
        self.hidden = hidden
        self.standalone: bool = getattr(of, "standalone", True)

    def open(self, context: EmbeddingContext) -> AblatedVectors:
        """Open the embedding and hide some of its words. Raises whatever opening it raises."""
        counts = Counter(chain.from_iterable(context.training_tokens()))
        frequency = {word: counts[word] for word in context.words if word in counts}
        return AblatedVectors(self.of.open(context), self.hidden, context.seed, frequency, {*context.words})


class AblatedVectors:
    """A vector source that hides some words of another source; its first lookup chooses which.

    `frequency` has the counts of words in the training texts. Where these are not known, as when a trained
    model looks up new words, no word of the vocabulary `words` is hidden: the model already has a row for
    each.
    """

    subword: Callable[[Sequence[str]], Lookup]
    tokenizer_file: Path | None

    def __init__(
        self,
        source: VectorSource,
        share: float,
        seed: int,
        frequency: Mapping[str, int],
        words: set[str],
    ) -> None:
        self._source, self._share, self._seed = source, share, seed
        self._frequency, self._words = frequency, words
        self._hidden: frozenset[str] | None = None
        if isinstance(source, SubwordSource):
            self.subword = source.subword
        if isinstance(source, OfTokenizerFile):
            self.tokenizer_file = source.tokenizer_file

    @property
    def dim(self) -> int:
        """Return D, the width of the source's vectors."""
        return self._source.dim

    @property
    def unk(self) -> FloatArray | None:
        """Return the source's vector [D] for unknown words, or None if it has none."""
        return self._source.unk

    def lookup(self, words: Sequence[str]) -> Lookup:
        """Return the source's vectors of `words`; hidden words count as not found.

        The first call chooses which words are hidden.
        """
        import numpy as np

        answer = check_lookup(self._source, self._source.lookup(words), len(words), self.dim)
        if self._hidden is None:
            known = [word for word, found in zip(words, answer.found.tolist(), strict=True) if found]
            counts = {word: self._frequency[word] for word in known if word in self._frequency}
            self._hidden = choose(counts, self._share, self._seed)
        hidden = np.array([self._hides(word) for word in words], dtype=np.bool_)
        vectors, rows = answer.vectors.copy(), answer.rows.copy()
        vectors[hidden], rows[hidden] = 0, -1
        return Lookup(vectors, answer.found & ~hidden, rows)

    def _hides(self, word: str) -> bool:
        if word in self._words:
            return word in (self._hidden or ())
        digest = sha256(f"{self._seed} {word}".encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big") < self._share * 2**64
