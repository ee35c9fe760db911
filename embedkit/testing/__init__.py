"""The conformance suite: what every component must hold to, as named checks that authors run in one line."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embedkit.testing.check import ConformanceError, ConformanceWarning
    from embedkit.testing.parametrize import parametrize_with_checks

_HOME = {
    "ConformanceError": "embedkit.testing.check",
    "ConformanceWarning": "embedkit.testing.check",
    "parametrize_with_checks": "embedkit.testing.parametrize",
}

__all__ = ["ConformanceError", "ConformanceWarning", "parametrize_with_checks"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'embedkit.testing' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOME[name]), name)
