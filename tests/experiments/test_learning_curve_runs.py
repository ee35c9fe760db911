"""`embedkit run --learning-curve`: the runs on shares of the training texts, and what is read from them."""

from __future__ import annotations

import json
import random

import pytest

import embedkit
from embedkit.errors import RecipeError, RunError
from embedkit.experiments.learning_curve import Scored
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe
from embedkit.runs.axes import Axes
from embedkit.runs.directory import partial_of

SHARES = [0.2, 0.4, 0.7]
SEEDS = 2


@pytest.fixture(scope="module", autouse=True)
def _few_seeds():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("embedkit.recipe.repeats.CURVE_SEEDS", SEEDS)
        yield


def texts(count, seed=0):
    """Return texts of random words; the label is told by one of 40 words, most of the time."""
    generator = random.Random(seed)
    rows = []
    for _ in range(count):
        label = generator.choice(["no", "yes"])
        told = label if generator.random() < 0.9 else generator.choice(["no", "yes"])
        noise = [f"w{generator.randrange(30)}" for _ in range(4)]
        rows.append((label, " ".join([*noise, f"{told}{generator.randrange(20)}"])))
    return rows


def inline(rows):
    return {"use": "inline", "texts": [text for _, text in rows], "labels": [label for label, _ in rows]}


def recipe(**data):
    train = {"train": inline(texts(200)), "learning_curve": SHARES}
    scored = {"metrics": ["accuracy", "f1"], "baselines": ["majority"]}
    return {"name": "bag", "baseline": "naive-bayes", "data": {**train, **data}, "evaluation": scored}


@pytest.fixture(scope="module")
def folds(tmp_path_factory):
    return embedkit.run(recipe(folds={"count": 2}), out=tmp_path_factory.mktemp("runs") / "folds")


@pytest.fixture(scope="module")
def single(tmp_path_factory):
    return embedkit.run(recipe(test=inline(texts(100, 1))), out=tmp_path_factory.mktemp("runs") / "single")


def test_folds_have_runs_on_nested_shares_with_the_same_held_out_texts(folds):
    names = {path.name for path in (folds.path / "learning-curve").iterdir()}
    assert names == {f"share-{share}-fold-{fold}" for share in SHARES for fold in range(2)}
    assert len(folds.folds) == 2
    inner = embedkit.Run(folds.path / "learning-curve" / "share-0.4-fold-1")
    smaller = embedkit.Run(folds.path / "learning-curve" / "share-0.2-fold-1")
    assert inner.axes == Axes(fold=1, seed=0, share=0.4)
    assert (inner.results["train"].n, inner.results["test"].n) == (40, 100)
    of = {
        run: {split: {*rows["id"]} for split, rows in run.predictions.groupby("split")}
        for run in (smaller, inner, folds.folds[1])
    }
    assert of[smaller]["test"] == of[inner]["test"] == of[folds.folds[1]]["test"]
    assert of[smaller]["train"] < of[inner]["train"] < of[folds.folds[1]]["train"]
    folds.verify()


def test_the_curve_has_the_scores_of_the_runs(folds):
    found = folds.learning_curve
    assert (found.split, found.over, found.shares) == ("test", "folds", (0.2, 0.4, 0.7, 1.0))
    assert found.model.sizes == pytest.approx((20, 40, 70, 100))
    last = [run.results["test"].scores["accuracy"] for run in folds.folds]
    assert [row[-1] for row in found.model.scores] == pytest.approx(last)
    inner = embedkit.Run(folds.path / "learning-curve" / "share-0.2-fold-1")
    assert found.model.scores[1][0] == pytest.approx(inner.results["test"].scores["accuracy"])
    assert [*found.classes] == ["no", "yes"]
    f1 = [run.results["test"].scores["f1"] for run in folds.folds]
    assert [row[-1] for row in found.classes["yes"].scores] == pytest.approx(f1)
    majority = [run.results["test"].baselines["majority"].accuracy for run in folds.folds]
    assert [row[-1] for row in found.baselines["majority"].scores] == pytest.approx(majority)


def test_a_recipe_of_one_run_is_trained_with_several_seeds(single):
    names = {path.name for path in (single.path / "learning-curve").iterdir()}
    seeds = range(SEEDS)
    assert names == {
        *(f"share-{share}-seed-{seed}" for share in SHARES for seed in seeds),
        *(f"all-seed-{seed}" for seed in seeds if seed),
    }
    found = single.learning_curve
    assert (found.over, found.model.sizes) == ("seeds", (40, 80, 140, 200))
    assert len(found.model.scores) == SEEDS
    assert found.model.scores[0][-1] == pytest.approx(single.results["test"].scores["accuracy"])
    assert len(embedkit.load(single.path).predict(["yes1"])) == 1


def test_what_the_run_itself_writes_is_the_same_without_a_curve(single, tmp_path):
    made = recipe(test=inline(texts(100, 1)))
    del made["data"]["learning_curve"]
    plain = embedkit.run(made, out=tmp_path / "plain")
    for name in ("metrics.json", "predictions.csv", "oov.json", "vocabulary.csv"):
        assert (plain.path / name).read_bytes() == (single.path / name).read_bytes(), name
    with pytest.raises(RunError, match="this run has no learning curve"):
        _ = plain.learning_curve


def test_processes_make_the_same_curve(folds, single, tmp_path):
    for name, made, run in (
        ("folds", recipe(folds={"count": 2}), folds),
        ("single", recipe(test=inline(texts(100, 1))), single),
    ):
        other = embedkit.run(made, out=tmp_path / name, executor="processes", jobs=2)
        assert other.learning_curve == run.learning_curve


def test_an_interrupted_curve_goes_on_where_it_was(folds, tmp_path, monkeypatch):
    class Stop(Exception):
        pass

    def stop(*_):
        raise Stop

    made = recipe(folds={"count": 2})
    with monkeypatch.context() as patch:
        patch.setattr("embedkit.experiments.folds_and_seeds._gather", stop)
        with pytest.raises(Stop):
            embedkit.run(made, out=tmp_path / "run")
    inner = partial_of(tmp_path / "run") / "learning-curve" / "share-0.2-fold-0" / "manifest.json"
    before = inner.stat().st_mtime_ns
    again = embedkit.run(made, out=tmp_path / "run", resume=True)
    after = again.path / "learning-curve" / "share-0.2-fold-0" / "manifest.json"
    assert after.stat().st_mtime_ns == before
    assert again.learning_curve == folds.learning_curve


def test_seeds_of_folds_are_averaged(tmp_path):
    run = embedkit.run(
        {**recipe(folds={"count": 2}, learning_curve=[0.5]), "seeds": [1, 2]}, out=tmp_path / "run"
    )
    found = run.learning_curve
    assert (found.over, len(found.model.scores)) == ("folds", 2)
    scores = [inner.results["test"].scores["accuracy"] for inner in run.folds if inner.axes.fold == 1]
    assert found.model.scores[1][-1] == pytest.approx(sum(scores) / 2)


def test_several_labels_of_a_text_and_a_rare_one(tmp_path):
    rows = [(f"{label},rare" if i in (3, 50) else label, text) for i, (label, text) in enumerate(texts(120))]
    made = recipe(train=inline(rows), folds={"count": 2}, label_separator=",", learning_curve=[0.5])
    made["evaluation"]["metrics"] = ["accuracy"]
    run = embedkit.run(made, out=tmp_path / "run")
    found = run.learning_curve
    last = [inner.results["test"].scores["accuracy"] for inner in run.folds]
    assert [row[-1] for row in found.model.scores] == pytest.approx(last)
    assert "rare" not in found.classes


def test_validation_is_scored_where_there_is_no_test_split(tmp_path):
    run = embedkit.run(recipe(validation={"share": 0.3}, learning_curve=[0.5]), out=tmp_path / "run")
    assert run.learning_curve.split == "validation"


def test_a_damaged_curve_is_told(single, tmp_path):
    from embedkit.runs.files import read_learning_curve

    content = json.loads((single.path / "learning-curve.json").read_text())
    content["model"]["sizes"] = "many"
    path = tmp_path / "learning-curve.json"
    path.write_text(json.dumps(content))
    with pytest.raises(RunError, match="damaged: model"):
        read_learning_curve(path)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({}, "no texts are held out"),
        ({"folds": {"count": 2}, "share": 0.5}, "a learning curve has shares of its own"),
        ({"folds": {"count": 2}, "learning_curve": [0.5, 0.5]}, "the share 0.5 stands here twice"),
        ({"folds": {"count": 2}, "learning_curve": [1.5]}, "less than 1"),
        ({"folds": {"count": 2}, "learning_curve": []}, "1 or more items"),
    ],
)
def test_curves_that_cannot_be_are_refused(data, fault):
    with pytest.raises(RecipeError, match=fault):
        load_recipe(recipe(**data), build_registry())


def test_a_matrix_has_no_curve_but_shares_are_an_axis():
    made = {**recipe(folds={"count": 2}), "matrix": {"seed": [1, 2]}}
    with pytest.raises(RecipeError, match="a learning curve is of one recipe"):
        load_recipe(made, build_registry())
    del made["data"]["learning_curve"]
    made["matrix"] = {"data.share": [0.5, None]}
    loaded = load_recipe(made, build_registry())
    assert [each.recipe.data.share for each in loaded.combinations] == [0.5, None]


def test_scored_texts_are_in_the_order_of_their_ids(folds):
    labels, predicted = Scored(folds.folds[0].path, "test").values
    assert len(labels) == len(predicted) == 100
