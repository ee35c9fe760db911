"""What the import of a plugin does, found out in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from embedkit.errors import PluginError

HEAVY = frozenset(
    (
        *("accelerate", "datasets", "gensim", "jax", "lightgbm", "matplotlib", "nltk", "numba", "numpy"),
        *("onnxruntime", "pandas", "polars", "pyarrow", "ray", "scipy", "sentence_transformers", "sklearn"),
        *("spacy", "statsmodels", "tensorflow", "tokenizers", "torch", "torchinfo", "transformers"),
        *("xgboost", "kiwipiepy", "requests"),
    )
)
"""Top-level packages that take long to import; every command imports every plugin."""


@dataclass(frozen=True)
class ImportReport:
    """What an import did: the heavy packages that it imported, what it printed, warned of and changed.

    `error` is the exception that it raised, as one line, or None.
    """

    heavy: Sequence[str]
    printed: str
    warnings: Sequence[str]
    changed: Sequence[str]
    error: str | None


_BEFORE: dict[str, str | None] = {}
"""Environment variables that plugins have changed in this process, as they were before."""

_FOLDER: list[Path] = []
"""The working directory before plugins changed it in this process; empty if none did."""


@contextmanager
def remembered_environment() -> Iterator[None]:
    """Remember what plugins that are loaded in the block change for the processes that this one starts."""
    variables, folder = {**os.environ}, Path.cwd()
    yield
    changed = {name for name, _ in {*variables.items()} ^ {*os.environ.items()}}
    for name in changed - {*_BEFORE}:
        _BEFORE[name] = variables.get(name)
    if Path.cwd() != folder:
        _FOLDER[:] = _FOLDER or [folder]


def import_report(*targets: str) -> ImportReport:
    """Import `targets`, such as `mypackage` or `mypackage.tokenizers:Shout`, in a new process.

    The report is kept: a plugin may have many components. Raises PluginError if the process ends without one.
    """
    return _import_report(targets, tuple(sys.path))


@cache
def _import_report(targets: tuple[str, ...], path: tuple[str, ...]) -> ImportReport:
    request = json.dumps({"path": path, "targets": targets, "heavy": sorted(HEAVY)})
    command = [sys.executable, "-c", "from embedkit.testing import probe; probe.main()"]
    variables = {**os.environ, **_BEFORE}
    done = subprocess.run(  # noqa: S603
        command,
        input=request,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={name: value for name, value in variables.items() if value is not None},
        cwd=_FOLDER[0] if _FOLDER else None,
    )
    try:
        return ImportReport(**json.loads(done.stdout))
    except ValueError:
        last = done.stderr.strip().rpartition("\n")[2]
        what = f"importing {' and '.join(targets)} ends the process with exit code {done.returncode}: {last}"
        raise PluginError(what) from None
