"""The training texts nearest to the wrong texts of a run, whatever gave its model vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from embedkit.errors import Fault, RunError
from embedkit.interfaces import TextEncoderContext
from embedkit.interfaces.flags import READS_POOLED
from embedkit.recipe.baseline import BaselineRecipe
from embedkit.recipe.text_encoder import TextEncoderRecipe
from embedkit.runs import layout
from embedkit.runs.recipes import training_components

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.nearest_texts import NearestTexts
    from embedkit.interfaces import FloatArray, TextModel
    from embedkit.plugin.registry import Registry
    from embedkit.runs.run import Run

BLOCK = 2048
"""Texts whose vectors of words are in memory at once."""

POOLED = "the pooled vector of a text by the text encoder"
MEAN_OF_STATES = "the mean of a text's word vectors by the text encoder"


def nearest_training_texts(run: Run, registry: Registry) -> NearestTexts:
    """Return the training texts nearest to each text that the model of `run` gets wrong.

    Texts have the vectors of the model: means of rows of the embedding matrix, or those that a frozen text
    encoder gave, from the cache. Nothing is encoded. Raises RunError if the model has no vectors of texts, or
    they are not in the cache, or the run does not have its training texts.
    """
    first = next(iter(run.folds), run)
    if first.has(layout.EMBEDDING_BEFORE):
        return run.errors.nearest_texts()
    encoder = _frozen_encoder(first, registry)
    return run.errors.nearest_texts(encoder.vectors, POOLED if encoder.pooled else MEAN_OF_STATES)


@dataclass(frozen=True)
class _Frozen:
    """A text encoder that training did not change, and how the run read texts: pooled, or word by word."""

    run: Run
    model: TextModel
    pooled: bool
    half: bool = False
    known: dict[str, FloatArray] = field(default_factory=dict)

    def vectors(self, texts: Sequence[str]) -> FloatArray:
        """Return one vector for each text, float32 [n, D]. Raises RunError if one is not in the cache."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        for start in range(0, len(new), BLOCK):
            some = new[start : start + BLOCK]
            self.known.update(zip(some, self._means(some), strict=True))
        return np.array([self.known[text] for text in texts], np.float32).reshape(-1, self.model.dim)

    def _means(self, texts: Sequence[str]) -> list[FloatArray]:
        """Return the mean vector of each text, float32 [D]; zeros for a text without any."""
        from embedkit.model.encoded_texts import cached_vectors  # with torch, which word vectors do not need

        found = cached_vectors(self.model, texts, self.pooled, self.half)
        if found is None:
            what = "the vectors of this run's texts are not in the cache"
            raise RunError(Fault(what, where=str(self.run.path)))
        return [each.sum(axis=0, dtype=np.float32) / np.float32(max(1, len(each))) for each in found]


def _frozen_encoder(run: Run, registry: Registry) -> _Frozen:
    """Return the text encoder of a run. Raises RunError if it has none, or training changed it."""
    components = training_components(run, registry)
    recipe = components.recipe
    if isinstance(recipe, TextEncoderRecipe):
        if recipe.embedding.is_trained:
            what = "training changed the text encoder, whose vectors of texts are not kept"
            raise RunError(Fault(what, where=str(run.path)))
        pooled = READS_POOLED.of(components.encoder)
        return _Frozen(run, components.text_model, pooled, recipe.embedding.half)
    encoder = getattr(components.baseline, "encoder", None) if isinstance(recipe, BaselineRecipe) else None
    if encoder is None:
        raise RunError(Fault("the model of this run has no vectors of texts", where=str(run.path)))
    context = TextEncoderContext(trust=registry.trust)
    return _Frozen(run, encoder.open(context), pooled=True)
