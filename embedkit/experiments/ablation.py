"""Ablation: a run repeated with vectors hidden, over folds or seeds; accuracy against coverage."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from embedkit.errors import DataError, Fault
from embedkit.evaluation.oov.curve import Curve, Point, curve
from embedkit.experiments.run import RunOptions, execute
from embedkit.files.atomic import write_whole
from embedkit.recipe.load import load_recipe
from embedkit.recipe.repeats import single_runs
from embedkit.recipe.schema import EMBEDDING_KEYS, Recipe
from embedkit.runs import layout
from embedkit.runs.directory import is_finished, partial_of, progress_of
from embedkit.runs.inputs import refuse_changed
from embedkit.runs.recipes import components_of
from embedkit.runs.run import Run
from embedkit.runs.working import is_complete

if TYPE_CHECKING:
    from embedkit.plugin.registry import Registry
    from embedkit.runs.reporter import Reporter

SEEDS = 3
"""How many seeds there are for a run that has no folds and seeds of its own."""


@dataclass(frozen=True)
class AblationResult:
    """The curve of a run's accuracy on `split` against coverage, as vectors are hidden."""

    run: str
    split: str
    curve: Curve

    def to_json(self) -> dict[str, object]:
        """Return the content of ablation.json."""
        return {"run": self.run, "split": self.split, **asdict(self.curve)}


@dataclass(frozen=True)
class Experiment:
    """The repetition of `run` with vectors hidden: `recipes` by the share of found vectors to hide.

    Each recipe makes the same inner runs, `names`, over the folds and seeds of `run`, or over several seeds
    if it has neither.
    """

    run: Run
    recipes: Mapping[float, Recipe]
    names: tuple[str, ...]
    folds: bool
    registry: Registry

    def finished(self, out: Path) -> int:
        """Count the trainings that are finished in `out`."""
        made = [directory_of(out, share) for share in self.recipes]
        places = [
            place / layout.FOLDS / name
            for each in made
            for place in (each, partial_of(each))
            for name in self.names
        ]
        return sum((place / layout.MANIFEST).is_file() for place in places)

    def progress(self, out: Path) -> Iterator[Path]:
        """Yield the paths in `out` to resume from: finished runs, and checkpoints of unfinished ones.

        For each share, the oldest is first.
        """
        for made in (directory_of(out, share) for share in self.recipes):
            if is_finished(made) or is_complete(partial_of(made)):
                yield made
            else:
                yield from progress_of(partial_of(made))

    def carry_out(self, out: Path, reporter: Reporter) -> AblationResult:
        """Run the trainings that `out` lacks, write the curve to `out`/ablation.json, and return it."""
        made: dict[float, Run] = {}
        for number, (share, recipe) in enumerate(self.recipes.items(), 1):
            directory = directory_of(out, share)
            reporter.run(directory.name, number, len(self.recipes))
            options = RunOptions(directory, reporter=reporter, resume=True)
            made[share] = execute(recipe, self.registry, options)
        last = [*made[0.0].metrics][-1]
        points = {share: _points(each, last, self.folds) for share, each in made.items()}
        found = AblationResult(str(self.run.path), last, curve(points, self.folds))
        text = json.dumps(found.to_json(), indent=2, ensure_ascii=False, allow_nan=False)
        write_whole(out / layout.ABLATION, f"{text}\n".encode())
        return found


def plan(run: Run, shares: Sequence[float], seeds: int | None, registry: Registry) -> Experiment:
    """Return the experiment that repeats `run` with no vectors hidden and with each of `shares` hidden.

    A run of folds or seeds is repeated as a whole; any other with so many `seeds`, its own and those that
    follow it. Baselines and trackers are left out. Raises RunError for a run that trained no model, and for
    an input file that has changed since; DataError for shares that make no curve, for `seeds` if the run has
    folds or seeds of its own, and for a missing file; RecipeError for code in files that nobody has consented
    to run.
    """
    components = components_of(run, registry)
    recipe = components.recipe
    components.refuse_untrusted()
    refuse_changed(run, components.input_files())
    sets = {
        "evaluation.baselines": [],
        "training.trackers": [],
        "data.learning_curve": None,
        **_seeds(recipe, seeds),
    }
    wanted = sorted({0.0, *shares})
    if len(wanted) < 2 or wanted[0] < 0 or wanted[-1] >= 1:
        raise DataError(Fault("a curve takes shares above 0 and below 1", "hide"))
    recipes: dict[float, Recipe] = {}
    for share in wanted:
        hidden = load_recipe(recipe.to_plain(), registry, {**_hidden(recipe, share), **sets})
        assert isinstance(hidden, Recipe), "the recipe of a training trains"
        recipes[share] = hidden
    folds = recipe.data.folds is not None and recipe.data.folds.only is None
    return Experiment(run, recipes, tuple(single_runs(recipes[0.0])), folds, registry)


def directory_of(out: Path, share: float) -> Path:
    """Return the directory of the run that hides `share` of the vectors, such as `hide-0.1`."""
    return out / f"hide-{share:g}"


def _seeds(recipe: Recipe, count: int | None) -> dict[str, object]:
    if not single_runs(recipe):
        count = SEEDS if count is None else count
        if count < 2:
            raise DataError(Fault("a curve takes two seeds or more", "seeds"))
        return {"seeds": [*range(recipe.seed, recipe.seed + count)]}
    if count is not None:
        hint = "Leave the number of seeds out: each of them is trained again."
        raise DataError(Fault("this run has folds or seeds of its own", "seeds", hint=hint))
    return {}


def _hidden(recipe: Recipe, share: float) -> dict[str, object]:
    """Return the overrides of `recipe` that hide `share` of the found vectors."""
    embedding = recipe.embedding.to_plain()
    own = {key: embedding.pop(key) for key in EMBEDDING_KEYS if key in embedding}
    return {"embedding": {"use": "ablation", "of": embedding, "hidden": share, **own}}


def _points(run: Run, split: str, folds: bool) -> list[Point]:
    """Return, for each run inside `run`, its accuracy and its content tokens by state on `split`."""
    points = []
    for inner in run.folds:
        found = inner.oov.analysis.splits[split]
        accuracy = 1 - found.errors.wrong / found.errors.n
        tested = inner.results[split].n / inner.results["train"].n
        unit = inner.axes.fold if folds else inner.axes.seed
        assert unit is not None, "the runs inside a run have a seed, and a fold where there are folds"
        points.append(Point(unit, accuracy, found.coverage.tokens.content, tested))
    return points
