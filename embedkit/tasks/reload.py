"""Load the model that a run has written, and compare it with the trained one, which is still in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from embedkit.errors import EmbedkitError
from embedkit.inference.averaging import KEY
from embedkit.inference.baseline_state import restore
from embedkit.inference.persistence import load_rows
from embedkit.inference.saved_text_encoder import load_weights
from embedkit.model.classifier import TextClassifier
from embedkit.model.text_embedder import TextEmbedder
from embedkit.recipe.load import load_recipe
from embedkit.recipe.schema import Recipe
from embedkit.recipe.text_encoder import TextEncoderRecipe
from embedkit.runs import layout
from embedkit.runs.reload_faults import UNLOADABLE
from embedkit.tasks.preparation import N

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.inference.classifier import Classifier
    from embedkit.recipe.components import Components
    from embedkit.runs.writer import RunWriter
    from embedkit.text.batching import Batch
    from embedkit.text.encoding import TokenizedSplit

TEXTS = 16
"""Texts of the batch for which both models are asked."""

TOLERANCE = 1e-4
"""Relative to the largest logit: the weights, the batch and the order of summation are the same."""


def note_unloadable(
    components: Components[N],
    writer: RunWriter,
    classifier: Classifier,
    splits: Mapping[str, TokenizedSplit],
) -> None:
    """Load the model that `writer` wrote, compare it with the trained one, and note a fault in model.json.

    The main process compares the logits of a few texts. A difference is not raised here, so that nothing of
    the run is lost: `refuse_unloadable` raises it when the run is complete.
    """
    if not writer.group.is_main:
        return
    try:
        fault = _difference(components, writer.directory, classifier, splits)
    except Exception as error:
        what = "; ".join(f.what for f in error.faults) if isinstance(error, EmbedkitError) else repr(error)
        fault = f"the model cannot be loaded from what was written: {what}"
    if fault:
        described = json.loads((writer.directory / layout.MODEL).read_text(encoding="utf-8"))
        writer.json(layout.MODEL, {**described, UNLOADABLE: fault})


def _difference(
    components: Components[N],
    directory: Path,
    classifier: Classifier,
    splits: Mapping[str, TokenizedSplit],
) -> str | None:
    """Return how the logits of the model in `directory` differ from those of `classifier`, or None."""
    recipe = load_recipe(directory / layout.RECIPE, components.registry)
    assert isinstance(recipe, Recipe | TextEncoderRecipe), "a run that trains has a recipe that trains"
    model, name = classifier.model, str(components.part("encoder"))
    split = _few(next(iter(splits.values())))
    encoded = classifier.encode(split).to(model.device)
    (batch,) = encoded.batches([torch.arange(len(split.examples))])
    try:
        loaded, inputs = _loaded(components.of(recipe), directory, classifier, batch)
    except RuntimeError as error:  # torch's, of weights that do not fit
        message = " ".join(str(error).split())
        return f"{name} cannot be loaded with the weights that it was saved with: {message}"
    fault = _compared(name, _logits(model, batch, batch.inputs), _logits(loaded, batch, inputs))
    return fault or _other_baseline(components, directory, classifier, split.examples.texts)


def _other_baseline(
    components: Components[N], directory: Path, classifier: Classifier, texts: Sequence[str]
) -> str | None:
    """Return how the baseline that the model is averaged with differs once it is restored, or None."""
    if classifier.averaged_with is None:
        return None
    part, arrays = components.part(KEY), directory / layout.AVERAGED_ARRAYS
    stored = json.loads((directory / layout.AVERAGED).read_bytes())
    restored = restore(part.make(), stored, arrays, classifier.labelling)
    if np.array_equal(classifier.averaged_with.probabilities(texts), restored.probabilities(texts)):
        return None
    return f"{part} gives other probabilities once it is loaded, for {len(texts)} texts of training"


def _loaded(
    components: Components[Any], directory: Path, classifier: Classifier, batch: Batch
) -> tuple[TextClassifier, Tensor]:
    """Return the model in `directory`, and the inputs of a batch as it reads them."""
    model = classifier.model
    if isinstance(model.embedding, TextEmbedder):
        weights, reading = directory / layout.WEIGHTS, model.embedding.reading
        loaded = load_weights(weights, components, reading, classifier.labelling)
        return loaded.to(model.device), batch.inputs
    rows, ids = torch.unique(batch.inputs, return_inverse=True)
    return load_rows(directory, components.encoder, model, rows), ids


def _few(split: TokenizedSplit) -> TokenizedSplit:
    """Return the first texts and the longest one."""
    lengths: Sequence[int] = split.tokens.numbers.lengths()
    longest = max(range(len(lengths)), key=lengths.__getitem__)
    return split.take(sorted({longest, *range(min(TEXTS, len(lengths)))}))


def _logits(model: TextClassifier, batch: Batch, ids: Tensor) -> Tensor:
    with torch.inference_mode():
        logits: Tensor = model.eval()(ids, batch.mask)
    return logits


def _compared(name: str, trained: Tensor, loaded: Tensor) -> str | None:
    apart = float((trained - loaded).abs().max())
    if apart <= TOLERANCE * max(1.0, float(trained.abs().max())):
        return None
    what = f"{name} gives other numbers once it is loaded: the logits of {len(trained)} texts are"
    return f"{what} {apart:.2g} apart. It has weights, or learns something, that torch does not save."
