"""The tasks that the metrics support."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedkit.plugin_api import Task

EVERY_TASK: tuple[Task, ...] = ("binary", "multiclass", "multilabel")
