"""The out-of-vocabulary analysis of cross-validated and repeated runs, over all texts that were held out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from embedkit.evaluation.oov.analysis import analyse_counted
from embedkit.evaluation.oov.content import Content
from embedkit.evaluation.oov.counting import Tally
from embedkit.evaluation.oov.folds import add_policies, mean_drift
from embedkit.evaluation.oov.result import OovAnalysis
from embedkit.evaluation.oov.seeds import over_seeds
from embedkit.evaluation.oov.shares import Shares, measure
from embedkit.recipe.schema import TrainingRecipe
from embedkit.runs import layout
from embedkit.runs.files import read_oov
from embedkit.runs.held_out import Which, read_held_out

if TYPE_CHECKING:
    from embedkit.recipe.components import Components

T = TypeVar("T", bound=TrainingRecipe)


@dataclass
class HeldOut:
    """The word counts and out-of-vocabulary shares of the texts that the runs of one seed held out.

    The texts themselves are not kept.
    """

    tally: Tally
    shares: list[Shares] = field(default_factory=list)

    def analysed(self, split: str, content: Content, directories: Sequence[Path]) -> OovAnalysis:
        """Return the analysis of all held-out texts together, as a single run has one of its own.

        `directories` are those of the runs, whose own oov.json have the figures on policies and drift.
        """
        own = [read_oov(directory / layout.OOV) for directory in directories]
        return OovAnalysis(
            splits={split: analyse_counted(self.tally, Shares.joined(self.shares), content)},
            policies=add_policies([each.policies for each in own], split),
            drift=mean_drift([each.drift for each in own]),
        )


def analyse_repeated(
    singles: Mapping[str, TrainingRecipe],
    directories: Mapping[str, Path],
    predictions: Path,
    split: str,
    components: Components[T],
) -> OovAnalysis:
    """Return the analysis over all runs.

    `predictions` is the predictions.csv over all runs. Every seed is analysed over all of its folds; several
    seeds are combined by `over_seeds`. The texts are read in blocks, and only their counts are kept.
    """
    recipe, content = components.recipe, Content(components.function_words, components.function_tags)
    of = {(_fold(single), single.seed): directories[name] for name, single in singles.items()}
    by_seed = _gathered(of, predictions, recipe.data.label_separator, content)
    found = {
        seed: held_out.analysed(split, content, [of[which] for which in of if which[1] == seed])
        for seed, held_out in sorted(by_seed.items())
    }
    return over_seeds(found, split) if len(found) > 1 else next(iter(found.values()))


def _gathered(
    directories: Mapping[Which, Path], predictions: Path, separator: str | None, content: Content
) -> dict[int, HeldOut]:
    """Read the held-out predictions, and return the word counts and shares by seed."""
    gathered: dict[int, HeldOut] = {}
    for which, texts in read_held_out(predictions, directories, separator):
        held_out = gathered.setdefault(which[1], HeldOut(Tally(state_set=texts[0].state_set)))
        model = json.loads((directories[which] / layout.MODEL).read_bytes())
        held_out.tally += Tally.of(texts, model["classes"], separator)
        held_out.shares.append(measure(texts, content))
    return gathered


def _fold(single: TrainingRecipe) -> int | None:
    return None if single.data.folds is None else single.data.folds.only
