"""What models predict of held-out texts, read from runs of every kind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import embedkit
from embedkit.errors import RunError
from embedkit.runs.axes import Axes
from embedkit.runs.errors import RunErrors
from embedkit.runs.held_out_models import held_out_of, held_out_of_runs
from embedkit.runs.run import Run

BAGS = ("majority", "nbsvm", "tfidf-logistic-regression")


@pytest.fixture(scope="module")
def ranking(tmp_path_factory) -> Run:
    """A ranking of three baselines over three folds, of texts whose words tell their label."""
    folder = tmp_path_factory.mktemp("ranked")
    words = {"pos": ["bright", "warm", "witty"], "neg": ["dull", "cold", "stale"]}
    rows = [
        (f"a {words[label][place % 3]} film {place}", label)
        for place in range(45)
        for label in ("pos", "neg")
    ]
    pd.DataFrame(rows, columns=["text", "label"]).to_csv(folder / "texts.csv", index=False)
    recipes = []
    for name in BAGS:
        recipes.append(folder / f"{name}.yaml")
        data = "{train: {use: csv, path: elsewhere.csv}}"
        recipes[-1].write_text(f"name: {name}\ndata: {data}\nbaseline: {name}\n")
    options = {"out": folder / "ranking", "executor": "serial", "folds": 3, "race": False}
    embedkit.rank(folder / "texts.csv", candidates=recipes, **options)
    return Run(folder / "ranking")


def test_the_candidates_of_a_ranking(ranking):
    held_out = ranking.errors.held_out
    assert held_out.models == held_out.recipes == BAGS
    assert held_out.ids.tolist() == [*range(1, 91)]
    assert held_out.probabilities.shape == (3, 90, 2)
    assert held_out.tokens[0][:2] == ("a", "bright")
    right = (~held_out.wrong).mean(axis=1)
    assert right == pytest.approx([ranking.ranking.candidates[name].mean for name in BAGS])
    job = next(job for job in ranking.jobs if (job.axes.candidate, job.axes.fold) == ("nbsvm", 1))
    own = job.predictions[job.predictions["split"] == "test"]
    assert held_out.probabilities[1, own["id"] - 1, 0] == pytest.approx(own["p_neg"].to_numpy())


def test_texts_that_no_candidate_gets_right(ranking):
    found = ranking.errors.never_right
    assert (found.left_out, found.models) == (("majority",), BAGS[1:])
    assert found.n == 90
    assert sum(found.wrong_by) == 90


def test_a_ranking_joined_with_a_run_of_the_same_texts(ranking):
    both = RunErrors(ranking).joined_with(ranking).held_out
    assert len({*both.models}) == 3
    assert both.probabilities.shape == (6, 90, 2)


@dataclass
class Job:
    axes: Axes
    frame: pd.DataFrame
    path: Path = Path("job")

    @property
    def predictions_header(self):
        return [*self.frame]

    def read_predictions(self, columns=None):
        return self.frame[[name for name in self.frame if columns is None or name in columns]]


@dataclass
class Predicted:
    predictions: pd.DataFrame | None = None
    jobs: tuple[Job, ...] = ()
    path: Path = Path("runs/one")


def frame(ids, pos=0.7, split="test", **columns):
    given = {"split": split, "id": [*ids], "label": "pos", "text": [f"text {number}" for number in ids]}
    made = pd.DataFrame({**given, "p_neg": 1 - pos, "p_pos": pos, **columns})
    return made.assign(token_list=[["text"]] * len(made))


def job(candidate, seed, fold, **changes):
    ids = [2 * fold + 2, 2 * fold + 1]
    return Job(Axes(candidate=candidate, seed=seed, fold=fold), frame(ids, pos=0.5 + 0.1 * seed, **changes))


def test_candidates_that_ran_fewer_folds_are_left_out():
    jobs = [job("a", 0, 0), job("a", 0, 1), job("dropped", 0, 0), job("b", 0, 1), job("b", 0, 0)]
    held_out = held_out_of(Predicted(jobs=tuple(jobs)))
    assert held_out.models == ("a", "b")
    assert held_out.ids.tolist() == [1, 2, 3, 4]


def test_where_no_candidate_ran_all_folds_the_texts_are_those_of_the_folds_that_ran():
    jobs = [job("a", 0, 0), job("a", 0, 1), job("b", 0, 0)]
    assert held_out_of(Predicted(jobs=tuple(jobs))).ids.tolist() == [1, 2, 3, 4]


def test_each_seed_of_a_candidate_is_a_model():
    jobs = [job(name, seed, fold) for name in "ab" for seed in (1, 2) for fold in (0, 1)]
    held_out = held_out_of(Predicted(jobs=tuple(jobs)))
    assert held_out.models == ("a, seed 1", "a, seed 2", "b, seed 1", "b, seed 2")
    assert held_out.recipes == ("a", "a", "b", "b")
    assert held_out.probabilities[:, 0, 1] == pytest.approx([0.6, 0.7, 0.6, 0.7])


def test_a_class_that_one_fold_was_not_trained_on_has_no_probability_there():
    jobs = [job("a", 0, 0), job("a", 0, 1, p_other=0.0)]
    held_out = held_out_of(Predicted(jobs=tuple(jobs)))
    assert held_out.classes == ("neg", "pos", "other")
    assert held_out.probabilities[0, :, 2].tolist() == [0, 0, 0, 0]


def test_seeds_that_held_out_different_texts_are_refused():
    seeds = pd.concat([frame([1, 2], seed=1), frame([1, 3], seed=2)], ignore_index=True)
    with pytest.raises(RunError, match="seed 1 and seed 2: not evaluated on the same texts"):
        held_out_of(Predicted(seeds))


def test_runs_are_named_by_their_directories():
    seeds = pd.concat([frame([1, 2], seed=1), frame([2, 1], 0.9, seed=2)], ignore_index=True)
    held_out = held_out_of_runs([Predicted(frame([2, 1])), Predicted(seeds, path=Path("runs/two"))])
    assert held_out.models == ("one", "two, seed 1", "two, seed 2")
    assert held_out.recipes == ("one", "two", "two")
    assert held_out.probabilities[:, 0, 1] == pytest.approx([0.7, 0.7, 0.9])
    same = held_out_of_runs([Predicted(frame([1])), Predicted(frame([1]), path=Path("other/one"))])
    assert same.models == (str(Path("runs/one")), str(Path("other/one")))


@pytest.mark.parametrize(
    ("predictions", "what"),
    [
        (frame([1], split="train"), "no predictions of held-out texts"),
        (frame([1], label=None), "the texts of test have no labels"),
        (frame([1], label="neg|pos"), "texts with several labels"),
    ],
)
def test_predictions_that_have_no_errors_to_be_analysed_are_refused(predictions, what):
    with pytest.raises(RunError, match=what):
        held_out_of(Predicted(predictions))


def test_the_validation_split_where_there_is_no_test_split():
    both = pd.concat([frame([1], split="train"), frame([2], split="validation")])
    assert held_out_of(Predicted(both)).ids.tolist() == [2]
    assert np.array_equal(held_out_of(Predicted(both)).labels, [1])
