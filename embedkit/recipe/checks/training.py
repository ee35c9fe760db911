"""Checks of the section `training`, in itself and against the rest of a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embedkit.errors import Fault, nearest
from embedkit.interfaces.flags import HAS_WEIGHTS
from embedkit.plugin.registry import Registry
from embedkit.recipe.build import Part
from embedkit.recipe.checks.components import path_of
from embedkit.recipe.document import Findings
from embedkit.recipe.schema import EmbeddingSpec
from embedkit.recipe.sections.section import ComponentSpec
from embedkit.recipe.sections.training import Training

Sections = Mapping[Any, Any]
FIT_KEYS = ("class_weights", "optimizer", "trackers")
"""The keys of the section that mean something where the head is fitted alone, by `lbfgs`."""

TABLE_KEYS = ("table_lr", "table_from_epoch", "table_to_epoch")


def check_training(sections: Sections, registry: Registry, findings: Findings) -> None:
    """Add a fault for each key about training that has no effect or lacks what it needs."""
    training = sections.get("training")
    _check_sparse(sections.get("embedding"), findings)
    if isinstance(training, Mapping) and training.get("optimizer") == "lbfgs":
        _check_weights(training.get("class_weights"), sections.get("data"), findings)
        _check_head_alone(sections, registry, findings)
        _check_epochs(training, findings)
    elif isinstance(training, Mapping):
        _check_momentum(training, findings)
        _check_buckets(training, findings)
        _check_weights(training.get("class_weights"), sections.get("data"), findings)
        _check_table(training, sections.get("embedding"), findings)
        _check_layers(training, sections.get("embedding"), findings)
        if isinstance(training.get("early_stopping"), Mapping):
            _check_stopping(training["early_stopping"], sections, findings)


def _check_sparse(embedding: object, findings: Findings) -> None:
    """Add a fault for sparse updates of an embedding matrix that is not trained."""
    if isinstance(embedding, EmbeddingSpec) and embedding.sparse and embedding.trainable == "none":
        findings.add(("embedding", "sparse"), "the table is not trained: embedding.trainable is 'none'")


def _check_head_alone(sections: Sections, registry: Registry, findings: Findings) -> None:
    """Add a fault for everything that would have to be trained beside the head, which `lbfgs` fits alone."""
    from embedkit.recipe.text_encoder import TextEncoderSpec

    embedding, encoder, path = sections.get("embedding"), sections.get("encoder"), ("training", "optimizer")
    if isinstance(embedding, EmbeddingSpec | TextEncoderSpec) and embedding.trainable != "none":
        how = embedding.to_plain()["trainable"]
        what = f"'lbfgs' fits the head alone, and embedding.trainable is '{how}'"
        hint = "Set embedding.trainable to none, or the optimizer to one that trains in epochs: adam."
        findings.add(path, Fault(what, hint=hint))
    if not isinstance(encoder, ComponentSpec) or not encoder.use:
        return
    for part in Part(registry, "encoder", encoder, "encoder").walk():
        if part.spec.use and part.kind == "encoder" and HAS_WEIGHTS.of(part.component.factory):
            what = f"'lbfgs' fits the head alone, and the encoder '{part.spec.use}' has weights to train"
            hint = "Choose an encoder without weights, such as bag, or an optimizer of all weights: adam."
            findings.add(path, Fault(what, hint=hint))
        elif part.spec.parameters.get("dropout"):
            findings.add(path_of(f"{part.where}.dropout"), "has no effect with 'optimizer: lbfgs'")


def _check_epochs(training: Sections, findings: Findings) -> None:
    """Add a fault for each key that is about epochs, batches and steps, which `lbfgs` does without."""
    from embedkit.recipe.text_encoder import TextEncoderTraining

    for key, field in (TextEncoderTraining.model_fields | Training.model_fields).items():
        # A saved recipe says every default, which asks for nothing.
        if key not in FIT_KEYS and training.get(key, field.default) != field.default:
            hint = "Leave the key out, or choose an optimizer that trains in epochs, such as adam."
            findings.add(("training", key), Fault("has no effect with 'optimizer: lbfgs'", hint=hint))


def _check_momentum(training: Sections, findings: Findings) -> None:
    """Add a fault for momentum with any optimizer but `sgd`: the others bring their own."""
    optimizer = training.get("optimizer", Training.model_fields["optimizer"].default)
    if training.get("momentum") and optimizer != "sgd":
        what = f"momentum goes with 'optimizer: sgd', not with '{optimizer}'"
        findings.add(("training", "momentum"), what)


def _check_buckets(training: Sections, findings: Findings) -> None:
    if training.get("bucket") is True and training.get("shuffle") is False:
        what = "buckets mix the order of the examples, and 'shuffle: false' keeps it"
        findings.add(("training", "bucket"), what)


def _check_weights(weights: object, data: object, findings: Findings) -> None:
    """Add a fault for each class weight whose label is not among the labels that the recipe lists."""
    labels = data.get("labels") if isinstance(data, Mapping) else None
    if isinstance(weights, Mapping) and isinstance(labels, tuple):
        for label in weights:
            if label not in labels:
                known = tuple(filter(lambda each: isinstance(each, str), labels))
                fault = Fault(f"unknown label '{label}'", nearest=nearest(label, known), allowed=known)
                findings.add(("training", "class_weights", label), fault)


def _check_table(training: Sections, embedding: object, findings: Findings) -> None:
    """Add a fault for each key about training the embedding matrix that has no effect.

    The matrix may not be trained at all, or the epochs may never come or be in the wrong order.
    """
    # A saved recipe says every default, which asks for nothing.
    defaults = {key: Training.model_fields[key].default for key in TABLE_KEYS}
    said = [key for key, default in defaults.items() if training.get(key, default) != default]
    if isinstance(embedding, EmbeddingSpec) and embedding.trainable == "none":
        for key in said:
            findings.add(("training", key), "the table is not trained: embedding.trainable is 'none'")
        return
    first, last = training.get("table_from_epoch", 1), training.get("table_to_epoch")
    epochs = training.get("epochs", 20)
    if isinstance(first, int) and isinstance(epochs, int) and first > epochs:
        findings.add(("training", "table_from_epoch"), f"epoch {first} of {epochs} never comes")
    if isinstance(first, int) and isinstance(last, int) and last < first:
        what = f"epoch {last} is before the first one in which the table is trained, {first}"
        findings.add(("training", "table_to_epoch"), what)


def _check_layers(training: Sections, embedding: object, findings: Findings) -> None:
    """Add a fault for each key about training a text encoder that is not trained."""
    if not isinstance(embedding, ComponentSpec) or isinstance(embedding, EmbeddingSpec):
        return
    from embedkit.recipe.text_encoder import TextEncoderSpec, TextEncoderSteps

    if not isinstance(embedding, TextEncoderSpec) or embedding.is_trained:
        return
    for key, field in TextEncoderSteps.model_fields.items():
        # A saved recipe says every default, which asks for nothing.
        if training.get(key, field.default) != field.default:
            what = "the text encoder is not trained: embedding.trainable is 'none'"
            findings.add(("training", key), what)


def _check_stopping(stopping: Sections, sections: Sections, findings: Findings) -> None:
    """Add a fault for early stopping without a validation split, or by a metric that is not computed."""
    path = ("training", "early_stopping")
    data, evaluation = sections.get("data"), sections.get("evaluation")
    if isinstance(data, Mapping) and data.get("validation") is None:
        hint = "Give data.validation a reader or a share of the training split."
        findings.add(path, Fault("there is no validation split to stop by", hint=hint))
    metrics = evaluation.get("metrics") if isinstance(evaluation, Mapping) else None
    metric = stopping.get("metric", "loss")
    if not isinstance(metrics, tuple) or not isinstance(metric, str):
        return
    allowed = ("loss", *(spec.use for spec in metrics if isinstance(spec, ComponentSpec)))
    if metric not in allowed:
        fault = Fault(f"'{metric}' is not computed", nearest=nearest(metric, allowed), allowed=allowed)
        findings.add((*path, "metric"), fault)
