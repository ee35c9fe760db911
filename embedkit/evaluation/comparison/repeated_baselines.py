"""The figures of the baselines of a cross-validated or repeated run, summarized over its folds or seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from statistics import fmean
from typing import Any

from embedkit.evaluation.comparison.several import corrected_interval, corrected_t_test, holm
from embedkit.evaluation.summary import summary

Baselines = Mapping[str, Mapping[str, Any]]
"""By name what metrics.json of one run has of its baselines on a split."""


def summarize_baselines(
    runs: Sequence[Baselines], folds: Sequence[int] | None, test_per_training: float
) -> dict[str, dict[str, Any]]:
    """Return every figure of each baseline, summarized over the runs by `summary`.

    `against_model` has the difference from the model and, over folds, its test. `folds` has the fold of each
    run, or is None if the runs differ by seed alone; seeds of one fold are averaged. The test and the
    interval of the difference are those of Nadeau & Bengio (2003), with `test_per_training` test examples for
    each training example. A baseline that any run left out has only `left_out`, that run's reason. `chosen`
    lists the parameters that the baseline selected in each run.
    """
    gathered: dict[str, dict[str, Any]] = {}
    for name in runs[0]:
        own = [run[name] for run in runs]
        reasons = [each["left_out"] for each in own if "left_out" in each]
        if reasons:
            gathered[name] = {"left_out": reasons[0]}
            continue
        gathered[name] = {
            key: summary([each.get(key) for each in own])
            for key in dict.fromkeys(chain.from_iterable(own))
            if key not in ("against_model", "chosen")
        }
        if any("chosen" in each for each in own):
            gathered[name]["chosen"] = {"folds": [each.get("chosen", {}) for each in own]}
        differences = [each["against_model"]["difference"] for each in own]
        gathered[name]["against_model"] = _against(differences, folds, test_per_training)
    tested = [each["against_model"] for each in gathered.values() if "against_model" in each]
    for each, p in zip(tested, holm([each["p"] for each in tested]), strict=True):
        each["p_holm"] = p
    return gathered


def _against(
    differences: Sequence[float], folds: Sequence[int] | None, test_per_training: float
) -> dict[str, Any]:
    found: dict[str, Any] = {"difference": summary(differences), "p": None}
    by_fold = _by_fold(differences, folds) if folds is not None else []
    if len(by_fold) > 1:
        found["difference"]["ci95"] = corrected_interval(by_fold, test_per_training)
        found["p"] = corrected_t_test(by_fold, test_per_training)
    return found


def _by_fold(differences: Sequence[float], folds: Sequence[int]) -> list[float]:
    paired = [*zip(folds, differences, strict=True)]
    return [fmean(each for of, each in paired if of == fold) for fold in dict.fromkeys(folds)]
