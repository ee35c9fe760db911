"""What the import of a plugin does, found out in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

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


def import_report(*targets: str) -> ImportReport:
    """Import `targets`, such as `mypackage` or `mypackage.tokenizers:Shout`, in a new process.

    The report is kept: a plugin may have many components. Raises PluginError if the process ends without one.
    """
    return _import_report(targets, tuple(sys.path))


@cache
def _import_report(targets: tuple[str, ...], path: tuple[str, ...]) -> ImportReport:
    request = json.dumps({"path": path, "targets": targets, "heavy": sorted(HEAVY)})
    command = [sys.executable, "-c", "from embedkit.testing import probe; probe.main()"]
    done = subprocess.run(command, input=request, capture_output=True, text=True, encoding="utf-8")  # noqa: S603
    try:
        return ImportReport(**json.loads(done.stdout))
    except ValueError:
        last = done.stderr.strip().rpartition("\n")[2]
        what = f"importing {' and '.join(targets)} ends the process with exit code {done.returncode}: {last}"
        raise PluginError(what) from None
