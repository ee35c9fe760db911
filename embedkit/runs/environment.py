"""How a run was made: versions, platform, input files."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from embedkit.fingerprint import describe
from embedkit.plugins import Plugin

PACKAGES = ("embedkit", "torch", "numpy", "nltk", "gensim", "scikit-learn", "scipy", "safetensors")


def describe_environment(
    plugins: Iterable[Plugin], inputs: Iterable[tuple[str, Path]], how: Literal["sampled", "full"]
) -> dict[str, Any]:
    """What environment.json holds. `inputs` are recipe keys and files; `how` is how the files are hashed."""
    import torch

    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "threads": torch.get_num_threads(),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "plugins": {p.name: {"version": p.version, "state": p.state} for p in plugins},
        "inputs": {key: describe(path, how) for key, path in inputs},
    }
