"""The embedding of a recipe: its source, opened to build the table and again for a trained model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from embedkit.data.preflight import settle
from embedkit.errors import Fault, RunError
from embedkit.evaluation.coverage_check import check_coverage, covered_shares
from embedkit.interfaces import EmbeddingContext
from embedkit.interfaces.consistency import check_source, spread
from embedkit.model.lengths import check_lengths
from embedkit.model.lookup import Hits, look_up
from embedkit.model.oov import FoundWords, OovChain
from embedkit.model.table import EmbeddingTable, build_table
from embedkit.model.unseen import Unseen, unseen_of
from embedkit.recipe.build import build_component
from embedkit.recipe.naming import all_bundled, name_of
from embedkit.runs import layout
from embedkit.runs.inputs import check_files
from embedkit.text.pieces import check_pieces
from embedkit.text.vocabulary import FIRST_WORD_ID

if TYPE_CHECKING:
    from embedkit.data.labels import Labelling
    from embedkit.interfaces import Embedding, FloatArray, VectorSource
    from embedkit.plugin.registry import Registry
    from embedkit.recipe.schema import Recipe
    from embedkit.runs.reporter import Reporter
    from embedkit.runs.run import Run
    from embedkit.text.encoding import TokenizedSplit
    from embedkit.text.vocabulary import Vocabulary

SAMPLE = 100
"""Words of the vocabulary whose vectors are compared with those of a source that is opened again."""

HINT = (
    "To take <UNK> for such words: `embedkit predict RUN --unseen unk`, "
    'embedkit.load(RUN, unseen="unk"), `evaluation.unseen: unk`.'
)


def embed(
    recipe: Recipe,
    registry: Registry,
    vocabulary: Vocabulary,
    splits: Mapping[str, TokenizedSplit],
    labelling: Labelling,
    reporter: Reporter,
    strict: bool = False,
) -> EmbeddingTable:
    """Build the embedding table of the vocabulary: look up words in the source, fill the rest by the chain.

    Under `unseen: lookup`, the other words of the splits are looked up in the same pass. Warns if the source
    hardly covers a split or has implausible vectors, which is a DataError if `strict`. Raises RecipeError if
    the source has vectors of another tokenizer's pieces.
    """
    embedding: Embedding = build_component(registry, "embedding", recipe.embedding, "embedding")
    policies = _chain(recipe, registry)
    train = splits["train"]
    context = EmbeddingContext(
        recipe.seed,
        vocabulary.words,
        lambda: train.tokens,
        reporter.advance,
        lambda: registry,
        lambda: labelling.targets(train.examples.labels),
        labelling.classes,
        registry.trust,
    )
    texts = chain.from_iterable(split.tokens for split in splits.values())
    besides = vocabulary.without_row(texts) if recipe.embedding.unseen == "lookup" else ()
    source = embedding.open(context)
    check_pieces(source, build_component(registry, "tokenizer", recipe.tokenizer, "tokenizer"))
    table = build_table(vocabulary, source, policies, context, besides)
    if not all_bundled(registry, "embedding", recipe.embedding):
        _ask_again(source, name_of(registry, "embedding", recipe.embedding), vocabulary.words, table)
    shares = covered_shares(table, vocabulary, splits)
    reporter.stage(f"tokens with a vector: {', '.join(f'{name} {x:.1%}' for name, x in shares.items())}")
    names = [*vocabulary.to_dict()]
    settle([*check_coverage(shares), *check_lengths(table.vectors, names, table.origin)], strict)
    return table


def _ask_again(source: VectorSource, name: str, words: Sequence[str], table: EmbeddingTable) -> None:
    """Raise ComponentError unless a second lookup of a few words gives the vectors in the table."""
    rows = [(words[number], number + FIRST_WORD_ID) for number in spread(len(words))]
    found = {word: table.vectors[row] if table.origin[row] == "found" else None for word, row in rows}
    check_source(source, name, found)


def _chain(recipe: Recipe, registry: Registry) -> OovChain:
    return OovChain(
        [(spec.use, build_component(registry, "oov", spec, f"oov.{i}")) for i, spec in enumerate(recipe.oov)]
    )


@dataclass(frozen=True)
class Reopened:
    """The source that the model of `run` was trained with, opened again when a word is first looked up in it.

    `origin` has the origins of the vectors of the vocabulary's `words` before training: the source must still
    give the same vectors.
    """

    run: Run
    recipe: Recipe
    registry: Registry
    words: Sequence[str]
    origin: Sequence[str]

    @cached_property
    def vectors(self) -> FloatArray:
        """Return the vectors of `words` before training, float32 [n, D]."""
        from embedkit.runs.tensors import read_table

        rows = FIRST_WORD_ID + len(self.words)
        return read_table(self.run.file(layout.EMBEDDING_BEFORE), rows)[FIRST_WORD_ID:]

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
        rows = [row for row, origin in enumerate(self.origin) if origin in ("found", "recovered")]
        found = FoundWords([self.words[row] for row in rows], self.vectors[rows])
        return unseen_of(hits, source, chain, found, self.recipe.seed)

    @cached_property
    def _opened(self) -> tuple[VectorSource, OovChain]:
        check_files(self.run, self.registry, "embedding", self.recipe.embedding, HINT)
        embedding: Embedding = build_component(self.registry, "embedding", self.recipe.embedding, "embedding")
        context = EmbeddingContext(
            self.recipe.seed, self.words, formats=lambda: self.registry, trust=self.registry.trust
        )
        source = embedding.open(context)
        return source, _chain(self.recipe, self.registry)

    def _refuse_another(self, again: Hits, vectors: FloatArray) -> None:
        for word, origin in zip(again.words, again.origin(), strict=True):
            if origin != "found":
                self._refuse(word)
        different = ~(again.vectors == vectors).all(axis=1)
        if different.any():
            self._refuse(again.words[int(np.argmax(different))])

    def _refuse(self, word: str) -> None:
        what = (
            f"'{self.recipe.embedding.use}' gives another vector of '{word}' than the model was trained with"
        )
        raise RunError(Fault(what, where="embedding", hint=HINT))
