"""Checks of a recipe's components against each other, before any file is opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from embedkit.errors import ComponentError, Fault
from embedkit.interfaces.flags import READS_POOLED, STANDALONE, tasks_of
from embedkit.plugin.registry import Registry
from embedkit.recipe.build import Part
from embedkit.recipe.document import Findings, KeyPath
from embedkit.recipe.schema import EmbeddingSpec
from embedkit.recipe.sections.data import Share
from embedkit.recipe.sections.section import ComponentSpec

Sections = Mapping[Any, Any]


def check_chain(chain: object, registry: Registry, findings: Findings) -> None:
    """Add a fault unless the last out-of-vocabulary policy, and no other, answers for every word."""
    if not all_named(chain):
        return
    for index, spec in enumerate(chain):
        last = index == len(chain) - 1
        total = registry.get("oov", spec.use).total
        if last and not total:
            allowed = tuple(name for name in registry.names("oov") if registry.get("oov", name).total)
            what = f"'{spec.use}' may leave a word without a vector, and the last policy must not"
            findings.add(("oov", index), Fault(what, allowed=allowed))
        if total and not last:
            rest = ", ".join(f"'{after.use}'" for after in chain[index + 1 :])
            findings.add(("oov", index), f"'{spec.use}' answers for every word, so {rest} is never asked")


def check_unseen(embedding: object, registry: Registry, findings: Findings) -> None:
    """Add a fault if unseen words are to be looked up in a source that knows only the training words."""
    if not isinstance(embedding, EmbeddingSpec) or embedding.unseen == "unk" or not embedding.use:
        return
    for part in Part(registry, "embedding", embedding, "embedding").walk():
        if part.spec.use and not STANDALONE.of(part.component.factory):
            name = part.spec.use
            what = f"'{name}' knows words of the training texts alone, and no others can be looked up in it"
            findings.add(("embedding", "unseen"), what)


def check_pooled(embedding: object, encoder: object, registry: Registry, findings: Findings) -> None:
    """Add a fault for an encoder of pooled vectors that is given vectors of words.

    Only a text encoder pools, and only for the encoder that is not inside another one.
    """
    if not isinstance(encoder, ComponentSpec) or not encoder.use:
        return
    outer, *inner = Part(registry, "encoder", encoder, "encoder").walk()
    if isinstance(embedding, EmbeddingSpec) and embedding.use and READS_POOLED.of(outer.component.factory):
        what = f"'{encoder.use}' reads what a text encoder has pooled, and the embedding has vectors of words"
        hint = "Name a text encoder in 'embedding', or an encoder that reads words, such as bag."
        findings.add(("encoder",), Fault(what, hint=hint))
    for part in inner:
        if part.spec.use and part.kind == "encoder" and READS_POOLED.of(part.component.factory):
            what = (
                f"'{part.spec.use}' reads what a text encoder has pooled, and '{encoder.use}' gives it words"
            )
            findings.add(path_of(part.where), what)


def path_of(where: str) -> KeyPath:
    """Return the path of a key such as `encoder.encoders.0`."""
    return tuple(int(key) if key.isdigit() else key for key in where.split("."))


def check_shares(validation: object, test: object, findings: Findings) -> None:
    """Add a fault if the shares for validation and test leave nothing of the training split."""
    if isinstance(validation, Share) and isinstance(test, Share) and validation.share + test.share >= 1:
        what = f"the shares {validation.share} and {test.share} leave nothing to train on"
        findings.add(("data", "test", "share"), what)


def all_named(specs: object) -> TypeGuard[tuple[ComponentSpec, ...]]:
    """Return whether `specs` is a tuple of components whose names are known."""
    return isinstance(specs, tuple) and all(isinstance(spec, ComponentSpec) and spec.use for spec in specs)


def check_labels(data: Sections, findings: Findings) -> None:
    """Add a fault for each label that contains the label separator: it would be read as several labels."""
    separator, labels = data.get("label_separator"), data.get("labels")
    if isinstance(separator, str) and separator and isinstance(labels, tuple):
        for index, label in enumerate(labels):
            if isinstance(label, str) and separator in label:
                what = f"'{label}' holds '{separator}', which separates labels"
                findings.add(("data", "labels", index), what)


def check_baseline(key: str, baseline: object, data: object, registry: Registry, findings: Findings) -> None:
    """Add a fault for the baseline at `key` if texts may have several labels and it learns only one."""
    separator = data.get("label_separator") if isinstance(data, Mapping) else None
    if separator is None or not isinstance(baseline, ComponentSpec) or not baseline.use:
        return
    learning = [
        name
        for name in registry.names("baseline")
        if _may_learn_several(registry.get("baseline", name).factory)
    ]
    if baseline.use not in learning:
        what = f"'{baseline.use}' cannot learn several labels of a text"
        findings.add((key,), Fault(what, allowed=tuple(learning)))


def _may_learn_several(baseline: object) -> bool:
    """Return whether a class lists several labels in its tasks, or whether its parameters decide."""
    try:
        tasks = tasks_of(baseline)
    except ComponentError:  # it may be another one than the recipe's
        return False
    return tasks is None or "multilabel" in tasks


def check_baselines(baselines: object, findings: Findings) -> None:
    """Add a fault for each baseline that is listed twice, as its name is its key in metrics.json."""
    names = [spec.use for spec in baselines] if all_named(baselines) else []
    for index, name in enumerate(names):
        if name in names[:index]:
            findings.add(("evaluation", "baselines", index), f"the baseline '{name}' stands here twice")
