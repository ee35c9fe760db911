"""What must hold inside the section `training`, and between it and the rest of a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embedkit.recipe.document import Findings


def check_training(sections: Mapping[Any, Any], findings: Findings) -> None:
    """Nothing that `training` asks for is without effect."""
    training = sections.get("training")
    if isinstance(training, Mapping):
        _check_buckets(training, findings)


def _check_buckets(training: Mapping[Any, Any], findings: Findings) -> None:
    if training.get("bucket") is True and training.get("shuffle") is False:
        what = "buckets mix the order of the examples, and 'shuffle: false' keeps it"
        findings.add(("training", "bucket"), what)
