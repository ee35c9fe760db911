"""The analyses of several seeds on the same texts as one: more seeds make no figure more certain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from embedkit.evaluation.oov.middle import mean, middle
from embedkit.evaluation.oov.verdict_of_seeds import verdict_of_seeds


def over_seeds(found: Mapping[int, Mapping[str, Any]], split: str) -> dict[str, Any]:
    """Return one analysis of `split` from those of several seeds, averaged by `middle`.

    `seeds` has the analysis of each seed.
    """
    together: dict[str, Any] = middle([*found.values()])
    own = {seed: each["splits"][split] for seed, each in found.items()}
    errors = {seed: each["errors"] for seed, each in own.items()}
    one = {
        **together["splits"][split],
        "missing": _missing([each["missing"] for each in own.values()]),
        "errors": {**together["splits"][split]["errors"], "verdict": verdict_of_seeds(errors)},
    }
    seeds = {str(seed): each for seed, each in found.items()}
    return {**together, "splits": {split: one}, "seeds": seeds}


def _missing(found: Sequence[Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Return the words that every seed lists as missing, with their mean count, the most frequent first."""
    counts: dict[tuple[Any, ...], list[int]] = {}
    for word in (word for listed in found for word in listed):
        counts.setdefault((word["word"], word["state"], word["content"]), []).append(word["count"])
    means = {word: mean(each) for word, each in counts.items() if len(each) == len(found)}
    return [
        {"word": word, "count": means[word, state, content], "state": state, "content": content}
        for word, state, content in sorted(means, key=lambda each: (-means[each], each))
    ]
