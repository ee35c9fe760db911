"""The names of the files and directories of a run directory, each spelt out here and nowhere else.

`docs/reference/run-directory.md` says what each of them holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

RECIPE = "recipe.yaml"
ENVIRONMENT = "environment.json"
METRICS = "metrics.json"
PREDICTIONS = "predictions.csv"
PREDICTIONS_PARQUET = "predictions.parquet"
"""In place of PREDICTIONS where there are many."""

OOV = "oov.json"
EMBEDDING = "embedding.json"
HISTORY = "history.csv"
DRIFT = "table-drift.csv"
SIMILARITY = "similarity.csv"
ANALOGIES = "analogies.csv"

MODEL = "model.json"
MODEL_SUMMARY = "model.txt"
WEIGHTS = "weights.safetensors"
EMBEDDING_BEFORE = "embedding-before.safetensors"
VOCABULARY = "vocabulary.csv"
DROPPED = "dropped.csv"
BASELINE = "baseline.json"
BASELINE_ARRAYS = "baseline.safetensors"
"""The state of a baseline that was trained as a model: plain data and numbers."""

AVERAGED = "averaged.json"
AVERAGED_ARRAYS = "averaged.safetensors"
"""The state of a baseline whose probabilities are averaged with the model's."""

UNSEEN = "unseen.csv"
UNSEEN_VECTORS = "unseen.safetensors"

MANIFEST = "manifest.json"
LOG = "log.jsonl"
TRACKERS = "trackers"
"""Directory of what experiment trackers write."""

FOLDS = "folds"
"""Directory of the runs that make up a run of several folds or seeds."""

JOBS = "jobs"
"""Directory of the runs that make up a matrix or a ranking."""

BEST = "best"
"""The run of the best candidate of a ranking, trained again on all labelled texts."""

REPORT = "report.html"
RANKING = "ranking.json"
RANKING_CSV = "ranking.csv"
RANKING_MARKDOWN = "ranking.md"
RANKING_LATEX = "ranking.tex"

LEARNING_CURVE = "learning-curve"
"""Directory of the runs on shares of the training texts."""

LEARNING_CURVE_JSON = "learning-curve.json"

INNER_RUNS = (f"{FOLDS}/*", f"{JOBS}/*", f"{LEARNING_CURVE}/*", BEST)
"""Patterns of the directories of the runs inside a run."""

ABLATION = "ablation.json"
"""The curve of an ablation, beside the directories of its runs."""

CHECKPOINTS = "checkpoints"
"""Directory of the checkpoints, which exists only during the run."""

CHECKPOINT_TENSORS = "tensors.safetensors"
CHECKPOINT_STATE = "state.json"

MARK = ".embedkit-run"
"""The file that marks a working directory as embedkit's."""

UNFINISHED = ".unfinished"
"""There while the files of the run are written; removed after the last, as that needs no room on a disk."""


def inner_runs(directory: Path) -> Iterator[Path]:
    """Yield the directories of the runs inside a run, finished or not, and anything else among them."""
    for pattern in INNER_RUNS:
        yield from directory.glob(pattern)
