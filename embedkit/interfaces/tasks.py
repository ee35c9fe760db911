"""The classification tasks."""

from __future__ import annotations

from typing import Literal

Task = Literal["binary", "multiclass", "multilabel"]
"""The classification task: one of two classes, one of several, or any number of several labels."""
