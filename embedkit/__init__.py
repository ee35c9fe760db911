"""embedkit: which way of turning words into vectors works for your text classifier, and why it fails.

Everything here is imported when it is first used, so that `import embedkit` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embedkit.api import load as load
    from embedkit.api import rank as rank
    from embedkit.api import run as run
    from embedkit.api import write_report as write_report
    from embedkit.hookspecs import hookimpl as hookimpl
    from embedkit.runs.run import Run as Run
    from embedkit.tasks.compare import compare as compare
    from embedkit.vectors import open_vectors as open_vectors

__version__ = "0.1.0"
__all__ = ["Run", "compare", "hookimpl", "load", "open_vectors", "rank", "run", "write_report"]

_HOME = {
    "compare": "embedkit.tasks.compare",
    "hookimpl": "embedkit.hookspecs",
    "open_vectors": "embedkit.vectors",
    "load": "embedkit.api",
    "rank": "embedkit.api",
    "write_report": "embedkit.api",
    "run": "embedkit.api",
    "Run": "embedkit.runs.run",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'embedkit' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
