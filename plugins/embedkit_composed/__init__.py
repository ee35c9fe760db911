"""The encoders `committee` and `columns`, which are made of other encoders."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl
from embedkit_composed.columns import Columns
from embedkit_composed.committee import Committee


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `committee` and `columns`."""
    register("committee", Committee)
    register("columns", Columns)
