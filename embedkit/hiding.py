"""Is it the cause? A run made again with vectors hidden, over several seeds: accuracy against coverage."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.errors import DataError, Fault, RunError
from embedkit.evaluation.coverage import STATES
from embedkit.evaluation.repeats import summary
from embedkit.recipe.load import load_recipe
from embedkit.recipe.schema import EMBEDDING_KEYS, Recipe
from embedkit.runs.run import Run
from embedkit.tasks import execute

if TYPE_CHECKING:
    from embedkit.registry import Registry
    from embedkit.reporting import Reporter

CURVE = "hiding.json"


def hide_and_retrain(
    run: Run, shares: Sequence[float], seeds: int, out: Path, registry: Registry, reporter: Reporter
) -> dict[str, Any]:
    """Train as `run` did, no vector hidden and each of `shares`, with so many seeds; `out`/hiding.json.

    The seeds are that of the run and those that follow it; a run that is there already is not made again.
    Raises RunError for a run that trained no model, or several, and DataError for shares that make no curve.
    """
    recipe = _recipe(run, registry)
    wanted = sorted({0.0, *shares})
    if len(wanted) < 2 or seeds < 2 or wanted[0] < 0 or wanted[-1] >= 1:
        raise DataError(Fault("a curve takes shares above 0 and below 1, and two seeds or more", "hide"))
    points: list[dict[str, Any]] = []
    for share in wanted:
        made: list[Run] = []
        for seed in range(recipe.seed, recipe.seed + seeds):
            name = f"hide-{share:g}-seed-{seed}"
            reporter.run(name, len(points) * seeds + len(made) + 1, len(wanted) * seeds)
            made.append(_made(run, recipe, share, seed, out / name, registry, reporter))
        points.append({"hidden": share, **_point(made)})
    curve = {"run": str(run.path), "split": _split(made[-1]), "points": points}
    text = json.dumps(curve, indent=2, ensure_ascii=False, allow_nan=False)
    (out / CURVE).write_text(text + "\n", encoding="utf-8")
    return curve


def _recipe(run: Run, registry: Registry) -> Recipe:
    run.refuse_several("a model")
    recipe = load_recipe(run.path / "recipe.yaml", registry)
    if not isinstance(recipe, Recipe):
        raise RunError(Fault("this run trained no model", where=str(run.path)))
    return recipe


def _made(
    run: Run, recipe: Recipe, share: float, seed: int, out: Path, registry: Registry, reporter: Reporter
) -> Run:
    embedding = recipe.embedding.to_plain()
    own = {key: embedding.pop(key) for key in EMBEDDING_KEYS if key in embedding}
    hiding = {"use": "hiding", "of": embedding, "hidden": share, **own}
    sets = {"embedding": hiding, "seed": seed, "evaluation.baselines": []}
    changed = load_recipe(run.path / "recipe.yaml", registry, sets)
    return execute(changed, registry, out, reporter=reporter, resume=True)


def _split(run: Run) -> str:
    return list(run.oov.verdicts)[-1]


def _point(runs: Sequence[Run]) -> dict[str, Any]:
    """Accuracy and coverage on the last split, over the seeds, as `summary` sums them up."""
    accuracies, coverages = [], []
    for run in runs:
        found = run.oov.figures["splits"][_split(run)]
        counts = found["coverage"]["tokens"]["content"]
        total = sum(counts[state] for state in STATES)
        coverages.append((counts["covered"] + counts["recovered"]) / total if total else None)
        accuracies.append(1 - found["errors"]["wrong"] / found["errors"]["n"])
    return {"accuracy": summary(accuracies), "content_covered": summary(coverages)}
