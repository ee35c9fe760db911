"""The analyses of several seeds on the same texts as one: more seeds make no figure more certain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from embedkit.evaluation.oov.averages import average_policies, average_split, mean
from embedkit.evaluation.oov.folds import mean_drift
from embedkit.evaluation.oov.result import DriftSummary, MissingWord, OovAnalysis, SplitAnalysis
from embedkit.evaluation.oov.verdict_of_seeds import verdict_of_seeds


def over_seeds(found: Mapping[int, OovAnalysis], split: str) -> OovAnalysis:
    """Return one analysis of `split` from those of several seeds, averaged.

    `seeds` has the analysis of each seed.
    """
    analyses = [*found.values()]
    return OovAnalysis(
        splits={split: _average({seed: each.splits[split] for seed, each in found.items()})},
        policies=average_policies([each.policies for each in analyses]),
        drift=_drift([each.drift for each in analyses]),
        seeds={str(seed): each for seed, each in found.items()},
    )


def _average(found: Mapping[int, SplitAnalysis]) -> SplitAnalysis:
    one = average_split([*found.values()])
    verdict = verdict_of_seeds({seed: each.errors for seed, each in found.items()}, one.coverage.state_set)
    missing = _missing([each.missing for each in found.values()])
    return replace(one, missing=missing, errors=replace(one.errors, verdict=verdict))


def _missing(found: Sequence[Sequence[MissingWord]]) -> tuple[MissingWord, ...]:
    """Return the words that every seed lists as missing, with their mean count, the most frequent first."""
    counts: dict[MissingWord, list[float]] = {}
    for word in (word for listed in found for word in listed):
        counts.setdefault(replace(word, count=0), []).append(word.count)
    means = [replace(word, count=mean(each)) for word, each in counts.items() if len(each) == len(found)]
    return tuple(sorted(means, key=lambda word: (-word.count, word.word, word.state, word.content)))


def _drift(found: Sequence[Mapping[str, DriftSummary] | None]) -> dict[str, DriftSummary] | None:
    """Return the mean drift by origin; None unless the table was trained with every seed."""
    return None if None in found else mean_drift(found)
