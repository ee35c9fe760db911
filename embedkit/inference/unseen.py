"""The source of vectors that a model was trained with, opened again for words unseen in training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from embedkit.errors import Fault, RunError
from embedkit.model.lookup import Hits, look_up
from embedkit.model.oov import FoundWords, OovChain
from embedkit.model.unseen import Unseen, unseen_of
from embedkit.runs.inputs import check_files

if TYPE_CHECKING:
    from embedkit.interfaces import EmbeddingContext, FloatArray, VectorSource
    from embedkit.recipe.components import Components
    from embedkit.recipe.schema import Recipe
    from embedkit.runs.run import Run

SAMPLE = 100
"""Words of the vocabulary whose vectors are compared with those of a source that is opened again."""

HINT = (
    "To take <UNK> for such words: `embedkit predict RUN --unseen unk`, "
    'embedkit.load(RUN, unseen="unk"), `evaluation.unseen: unk`.'
)


@dataclass(frozen=True)
class Reopened:
    """The source that the model of `run` was trained with, opened again when a word is first looked up in it.

    `origin` and `via` tell where the vectors of the vocabulary's `words` came from, and `before` reads those
    before training, float32 [n, D]: the source must still give the same vectors.
    """

    run: Run
    components: Components[Recipe]
    words: Sequence[str]
    origin: Sequence[str]
    via: Sequence[str]
    before: Callable[[], FloatArray]

    @cached_property
    def vectors(self) -> FloatArray:
        """Return the vectors of `words` before training, float32 [n, D]."""
        return self.before()

    def __call__(self, words: Sequence[str]) -> Unseen:
        """Return the vectors of `words` from the source and the chain.

        Raises RunError if a file of the source is missing or has changed, or if the source gives other
        vectors than those that the model was trained with.
        """
        source, chain = self._opened
        known = [row for row, origin in enumerate(self.origin) if origin == "found"][:SAMPLE]
        trained = [self.words[row] for row in known]
        again, hits = look_up([*trained, *words], source, chain).split(len(trained))
        self._refuse_another(again, self.vectors[known])
        return unseen_of(hits, source, chain, self._found, self._context.seed)

    @cached_property
    def _context(self) -> EmbeddingContext:
        return self.components.context(self.components.recipe.seed, self.words)

    @cached_property
    def _opened(self) -> tuple[VectorSource, OovChain]:
        components = self.components
        for part in (components.part("embedding"), *components.parts("oov")):
            check_files(self.run, part, HINT)
        return components.embedding.open(self._context), OovChain(components.policies)

    @cached_property
    def _found(self) -> FoundWords:
        """Return the words that the chain was given in training: those of which the source had a spelling.

        A word that a policy replaced by another one is not among them.
        """
        _, chain = self._opened
        rows = [
            row
            for row, (word, origin, via) in enumerate(zip(self.words, self.origin, self.via, strict=True))
            if origin == "found" or (origin == "recovered" and via in chain.spellings(word))
        ]
        return FoundWords([self.words[row] for row in rows], self.vectors[rows], self._context)

    def _refuse_another(self, again: Hits, vectors: FloatArray) -> None:
        for word, origin in zip(again.words, again.origin(), strict=True):
            if origin != "found":
                self._refuse(word)
        different = ~(again.vectors == vectors).all(axis=1)
        if different.any():
            self._refuse(again.words[int(np.argmax(different))])

    def _refuse(self, word: str) -> None:
        name = self.components.recipe.embedding.use
        what = f"'{name}' gives another vector of '{word}' than the model was trained with"
        raise RunError(Fault(what, where="embedding", hint=HINT))
