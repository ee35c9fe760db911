"""The analysis of cross-validated and repeated runs: one answer for all texts that were held out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.analysis import read_content
from embedkit.evaluation.oov.analysis import analyse_counted
from embedkit.evaluation.oov.counting import Tally
from embedkit.evaluation.oov.folds import add_policies, mean_drift
from embedkit.evaluation.oov.seeds import over_seeds
from embedkit.evaluation.oov.shares import Shares, measure
from embedkit.runs.held_out import read_held_out

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.recipe.schema import Recipe
    from embedkit.registry import Registry


@dataclass
class HeldOut:
    """What the runs of one seed said of the texts that they held out, without the texts."""

    tally: Tally = field(default_factory=Tally)
    shares: list[Shares] = field(default_factory=list)
    oov: list[dict[str, Any]] = field(default_factory=list)

    def analysed(self, split: str, content: Content) -> dict[str, Any]:
        """As oov.json of a single run, of all these texts together."""
        return {
            "splits": {split: analyse_counted(self.tally, Shares.joined(self.shares), content)},
            "policies": add_policies([each["policies"] for each in self.oov], split),
            "drift": mean_drift([each["drift"] for each in self.oov]),
        }


def analyse_repeated(
    singles: Mapping[str, Recipe],
    directories: Mapping[str, Path],
    predictions: Path,
    split: str,
    registry: Registry,
) -> dict[str, Any]:
    """What oov.json says of all runs, from `predictions`, the predictions.csv over all of them.

    Every seed is analysed over all of its folds; several seeds are put together by `over_seeds`. One run is
    read after another, and of its texts the counts alone are kept.
    """
    recipe = next(iter(singles.values()))
    content = read_content(recipe.evaluation.function_words, registry)
    by_seed = _gathered(singles, directories, predictions, recipe.data.label_separator, content)
    found = {seed: held_out.analysed(split, content) for seed, held_out in sorted(by_seed.items())}
    return over_seeds(found, split) if len(found) > 1 else next(iter(found.values()))


def _gathered(
    singles: Mapping[str, Recipe],
    directories: Mapping[str, Path],
    predictions: Path,
    separator: str | None,
    content: Content,
) -> dict[int, HeldOut]:
    of = {(_fold(single), single.seed): directories[name] for name, single in singles.items()}
    gathered: dict[int, HeldOut] = {}
    for (fold, seed), texts in read_held_out(predictions, of, separator):
        directory, held_out = of[fold, seed], gathered.setdefault(seed, HeldOut())
        classes: Sequence[str] = json.loads((directory / "model.json").read_bytes())["classes"]
        held_out.tally += Tally.of(texts, classes, separator)
        held_out.shares.append(measure(texts, content))
        held_out.oov.append(json.loads((directory / "oov.json").read_bytes()))
    return gathered


def _fold(single: Recipe) -> int | None:
    return None if single.data.folds is None else single.data.folds.only
