"""What training did to the matrix of a run, and the training texts nearest to its wrong texts."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import embedkit
from embedkit.errors import RunError


@pytest.fixture(scope="module")
def folds(recipe, tmp_path_factory):
    """Return runs in three folds and two seeds: with the predictions of all texts, and of held-out ones."""
    changed = copy.deepcopy(recipe) | {"seeds": [3, 4], "encoder": "bag"}
    changed["data"] = {"train": recipe["data"]["train"], "folds": {"count": 3}, "validation": {"share": 0.2}}
    folder = tmp_path_factory.mktemp("folds")
    kinds = ("all", "held-out")
    return [embedkit.run(changed, set={"evaluation.predictions": kind}, out=folder / kind) for kind in kinds]


def test_the_changes_are_those_of_the_matrix_of_the_run(finished):
    found = finished.errors.table_changes()
    before, after = (finished.embedding_frame(when) for when in ("before", "after"))
    assert found.rows == len(after) - 1  # without padding
    moved = {each.word: each for each in found.words}
    assert set(moved) == {*after.index[1:]}
    assert moved["good"].distance == pytest.approx(np.linalg.norm(after.loc["good"] - before.loc["good"]))
    assert moved["good"].count == finished.word_counts()["good"]
    tendency = moved["good"].tendency
    assert tendency is not None
    assert tendency.label == "pos"
    assert moved["<UNK>"].tendency is None
    drift = finished.oov.drift.set_index("word")
    assert moved["film"].cosine == pytest.approx(drift.loc["film", "cosine"])
    assert set(moved["film"].gained) == {*drift.loc["film", "gained"]}


def test_the_nearest_texts_are_those_by_mean_vectors_found_by_hand(finished):
    errors = finished.errors
    found = errors.nearest_texts()
    held_out = errors.held_out
    wrong = held_out.ids[held_out.wrong[0]]
    assert [each.id for each in found.texts] == wrong.tolist()
    table, train = finished.embedding_frame(), finished.predictions.query("split == 'train'")
    means = {row.id: table.loc[row.token_list].to_numpy().mean(axis=0) for row in train.itertuples()}
    for each in found.texts:
        tokens = [token for token in held_out.tokens[[*held_out.ids].index(each.id)] if token in table.index]
        assert bool(tokens) == bool(each.nearest)
        if tokens:
            own = table.loc[tokens].to_numpy().mean(axis=0)
            cosines = {number: cosine(own, mean) for number, mean in means.items()}
            best = sorted(cosines.values(), reverse=True)[:3]
            assert [near.cosine for near in each.nearest] == pytest.approx(best, abs=1e-5)
            for near in each.nearest:
                assert near.cosine == pytest.approx(cosines[near.id], abs=1e-5)
                assert [near.label] == [*train[train["id"] == near.id]["label"]]


def cosine(first: np.ndarray, second: np.ndarray) -> float:
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


def test_each_fold_is_asked_for_its_own_training_texts(folds):
    every, held_out = folds
    found = every.errors.nearest_texts()
    own = {}
    for run in every.folds:
        if run.axes.seed == 3:
            texts = run.predictions
            train = {*texts[texts["split"] == "train"]["id"]}
            own |= dict.fromkeys(texts[texts["split"] == "test"]["id"], train)
    assert found.model == "seed 3"
    assert found.texts
    for each in found.texts:
        assert {near.id for near in each.nearest} <= own[each.id]
    # The same training texts are known from what the other folds held out.
    assert held_out.errors.nearest_texts().texts == found.texts
    assert held_out.errors.table_changes().model == "fold-0-seed-3"


def test_given_vectors_take_the_place_of_the_matrix(finished):
    def length(texts):
        return np.array([[len(text), 1] for text in texts], np.float32)

    found = finished.errors.nearest_texts(length, "lengths")
    assert found.vectors == "lengths"
    assert all(each.nearest[0].cosine > 0.9 for each in found.texts if len(each.nearest) and each.id != 2)


def test_a_run_without_its_training_texts_and_a_baseline_say_so(recipe, tmp_path):
    run = embedkit.run(recipe, set={"evaluation.predictions": "held-out"}, out=tmp_path / "held-out")
    with pytest.raises(RunError, match="do not have its training texts"):
        run.errors.nearest_texts()
    assert {each.tendency for each in run.errors.table_changes().words} == {None}
    baseline = {key: recipe[key] for key in ("name", "seed", "data")} | {"baseline": "majority"}
    run = embedkit.run(baseline, out=tmp_path / "baseline")
    with pytest.raises(RunError, match="has no embedding matrix"):
        run.errors.table_changes()
    with pytest.raises(RunError, match="has no embedding matrix"):
        run.errors.nearest_texts()
