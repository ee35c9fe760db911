"""Weights and predictions of the recipes that come with embedkit, held to the bytes that they have had.

Bytes of floating point are those of one processor and one set of libraries, so that each such platform
has digests of its own in `same_bytes.json`. They are recorded by

    EMBEDKIT_RECORD_BYTES=1 pytest --numprocesses=0 tests/recipes

and a commit that changes one says why.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

RECORDED = Path(__file__).with_name("same_bytes.json")
HELD = ("weights.safetensors", "predictions.csv")
LIBRARIES = ("torch", "numpy", "scipy", "scikit-learn", "nltk", "gensim")


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Let sums have the same order on every number of cores."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def check_bytes() -> Callable[[str, Path], None]:
    return _check


def _check(name: str, run: Path) -> None:
    """Fail where the digests of `run` are not those recorded for the recipe `name`; skip where none are."""
    recorded = json.loads(RECORDED.read_text("utf-8"))
    of_platform = recorded.setdefault(_platform(), {})
    found = _digests(run)
    if os.environ.get("EMBEDKIT_RECORD_BYTES"):
        of_platform[name] = found
        RECORDED.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n", "utf-8")
    if not of_platform:
        pytest.skip("no bytes are recorded for this processor and these libraries")
    assert found == of_platform.get(name)


def _digests(run: Path) -> dict[str, str]:
    """Return the SHA-256 of every held file of a run and of the runs in it, by its path there."""
    files = sorted(path for path in run.rglob("*") if path.name in HELD)
    return {path.relative_to(run).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _platform() -> str:
    """Return a digest of what floating-point results depend on besides the code."""
    import torch

    parts = [
        platform.machine(),
        _processor(),
        torch.backends.cpu.get_cpu_capability(),
        *map(str, sys.version_info[:2]),
        *map(version, LIBRARIES),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _processor() -> str:
    """Return the processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
