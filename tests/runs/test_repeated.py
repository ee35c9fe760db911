"""Cross-validation and repeated seeds: runs inside a run."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

import embedkit
from embedkit.errors import DataError, RunError, UnmovedRunError
from embedkit.experiments.run import look_over
from embedkit.plugin.registry import build_registry
from embedkit.recipe.components import Components
from embedkit.recipe.load import load_recipe
from embedkit.runs.directory import partial_of, progress_of
from embedkit.runs.reporter import Reporter
from embedkit.runs.run import Run

OUTER = [
    "environment.json",
    "folds",
    "log.jsonl",
    "manifest.json",
    "metrics.json",
    "oov.json",
    "predictions.csv",
    "recipe.yaml",
]
SAME = ("recipe.yaml", "environment.json", "metrics.json", "oov.json", "predictions.csv")
TRAINED = ("weights.safetensors", "vocabulary.csv", *SAME)
NAMES = [f"fold-{fold}-seed-{seed}" for fold in range(2) for seed in (1, 10)]


class Told(Reporter):
    """Remembers what it was told; interrupts in the epoch after so many."""

    def __init__(self, after=-1):
        self.after = after
        self.stages, self.runs, self.warnings = [], [], []

    def stage(self, what):
        self.stages.append(what)

    def run(self, name, number, of):
        self.runs.append((name, number, of))

    def epoch(self, rows, of):
        self.after -= 1

    def advance(self, done, total):
        if self.after == 0:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def crossed(recipe):
    data = {"train": recipe["data"]["train"], "validation": {"share": 0.25}, "folds": {"count": 2}}
    training = {**recipe["training"], "checkpoint_every": 1, "early_stopping": {"metric": "accuracy"}}
    return {**recipe, "data": data, "training": training, "seeds": [10, 1]}


@pytest.fixture(scope="module")
def whole(crossed, tmp_path_factory):
    return embedkit.run(crossed, out=tmp_path_factory.mktemp("runs") / "whole")


def test_no_interval_leaves_the_bounds_of_its_metric(tmp_path):
    texts = [f"{mood} {number}" for mood in ("good", "bad") for number in range(10)]
    labels = ["neg", *["pos"] * 9, *["neg"] * 10]  # the first contradicts its word, and is wrong in its fold
    recipe = {
        "name": "bounded",
        "data": {"train": {"use": "inline", "texts": texts, "labels": labels}, "folds": {"count": 2}},
        "baseline": "naive-bayes",
        "evaluation": {
            "metrics": ["accuracy", "f1", "roc-auc", "hamming-loss", "log-loss"],
            "baselines": ["majority"],
        },
    }
    found = embedkit.run(recipe, out=tmp_path / "run").summaries["test"]
    assert found.scores["accuracy"].folds in ((0.9, 1.0), (1.0, 0.9))
    assert found.scores["accuracy"].ci95 == (pytest.approx(0.315, abs=1e-3), 1.0)
    assert found.scores["hamming-loss"].ci95 == (0.0, pytest.approx(0.685, abs=1e-3))
    beside = found.baselines["majority"]
    for scores in (found.scores, beside.scores, {"accuracy": beside.accuracy}):
        for name, summary in scores.items():
            low, high = summary.ci95
            assert 0 <= low <= summary.mean <= high <= (np.inf if name == "log-loss" else 1), name


def test_each_run_is_a_complete_one_inside_the_other(whole):
    assert sorted(path.name for path in whole.path.iterdir()) == OUTER
    assert [run.path.name for run in whole.folds] == NAMES
    assert sorted(path.name for path in (whole.path / "folds").iterdir()) == sorted(NAMES)
    for run in whole.folds:
        assert {split: figures["n"] for split, figures in run.metrics.items()} == {
            "train": 6,
            "validation": 2,
            "test": 8,
        }
        assert not run.folds
    whole.verify()


def test_typed_figures_are_those_of_the_file(whole):
    test, own = whole.summaries["test"], [run.results["test"] for run in whole.folds]
    accuracy = test.scores["accuracy"]
    assert accuracy.folds == tuple(run.scores["accuracy"] for run in own)
    assert test.n.folds == tuple(run.n for run in own)
    assert {split: json.loads(json.dumps(each.to_json())) for split, each in whole.summaries.items()} == (
        whole.metrics
    )
    inner = whole.folds[0]
    assert {split: json.loads(json.dumps(each.to_json())) for split, each in inner.results.items()} == (
        inner.metrics
    )


def test_typed_figures_are_asked_for_by_the_kind_of_the_run(whole):
    with pytest.raises(RunError, match="the metrics of this run are not in `results`, but in `summaries`"):
        whole.results  # noqa: B018
    with pytest.raises(RunError, match="not in `summaries`, but in `results`"):
        whole.folds[0].summaries  # noqa: B018
    with pytest.raises(RunError, match="not in `intrinsic`, but in `summaries`"):
        whole.intrinsic  # noqa: B018


def test_figures_have_mean_deviation_interval_and_each_runs_own(whole):
    figure = whole.metrics["test"]["accuracy"]
    own = [run.metrics["test"]["accuracy"] for run in whole.folds]
    assert figure["folds"] == own
    assert figure["mean"] == pytest.approx(np.mean(own))
    assert figure["std"] == pytest.approx(np.std(own, ddof=1))
    low, high = figure["ci95"]
    assert low <= figure["mean"] <= high
    matrices = [run.metrics["test"]["confusion-matrix"] for run in whole.folds]
    assert whole.metrics["test"]["confusion-matrix"] == {"folds": matrices}


def test_every_text_is_predicted_once_for_each_seed_by_a_model_that_never_saw_it(whole):
    frame = whole.predictions
    assert list(frame.columns[:4]) == ["fold", "seed", "split", "id"]
    for _, rows in frame.groupby("seed"):
        assert sorted(rows["id"]) == list(range(1, 17))
    for run in whole.folds:
        of = run.predictions.query("split == 'test'").reset_index(drop=True)
        fold, seed = map(int, run.path.name.removeprefix("fold-").split("-seed-"))
        mine = frame[(frame["fold"] == fold) & (frame["seed"] == seed)]
        assert mine.drop(columns=["fold", "seed"]).reset_index(drop=True).equals(of)
        assert not {*of["id"]} & {*run.predictions.query("split != 'test'")["id"]}


def test_the_same_fold_is_held_out_whatever_the_seed(whole):
    held_out = whole.predictions.groupby(["fold", "seed"])["id"].apply(list)
    assert held_out[0, 1] == held_out[0, 10] != held_out[1, 1]


def test_the_vocabulary_is_of_each_folds_training_part_alone(crossed, tmp_path):
    labels = ["pos", "neg"] * 4
    texts = [f"film w{i}" for i in range(8)]
    train = {"use": "inline", "texts": texts, "labels": labels}
    recipe = {**crossed, "data": {"train": train, "folds": {"count": 2}}, "seeds": None}
    recipe["training"] = {"epochs": 1}
    run = embedkit.run(recipe, out=tmp_path / "run")
    for fold in run.folds:
        trained_on = fold.predictions.query("split == 'train'")["token_list"]
        assert set(fold.vocabulary["word"][2:]) == {token for tokens in trained_on for token in tokens}
    assert run.predictions["unseen"].tolist() == [1] * 8
    assert list(run.predictions.columns[:2]) == ["fold", "seed"]


def test_a_run_inside_is_what_its_recipe_makes_by_itself(whole, tmp_path):
    fold = whole.folds[2]
    again = embedkit.run(fold.path / "recipe.yaml", out=tmp_path / "again")
    for name in TRAINED:
        assert (again.path / name).read_bytes() == (fold.path / name).read_bytes(), name


def test_seeds_alone_repeat_the_run(recipe, tmp_path):
    run = embedkit.run({**recipe, "seeds": [3, 4]}, out=tmp_path / "run")
    assert [fold.path.name for fold in run.folds] == ["seed-3", "seed-4"]
    alone = embedkit.run(recipe, out=tmp_path / "alone")
    for name in ("weights.safetensors", "predictions.csv"):
        assert (run.folds[0].path / name).read_bytes() == (alone.path / name).read_bytes()
    assert list(run.predictions.columns[:2]) == ["seed", "split"]
    assert set(run.predictions["split"]) == {"test"}


def test_texts_are_read_once(crossed, tmp_path, monkeypatch):
    from embedkit_readers.inline import InlineReader
    from embedkit_tokenizers.whitespace import Whitespace

    read, tokenized = [], []
    original, tokenize = InlineReader.read, Whitespace.tokenize
    monkeypatch.setattr(InlineReader, "read", lambda self: read.append(1) or original(self))
    monkeypatch.setattr(
        Whitespace, "tokenize", lambda self, texts: tokenized.extend(texts) or tokenize(self, texts)
    )
    embedkit.run(crossed, out=tmp_path / "run", set={"training.epochs": 1})
    assert len(read) == 1
    assert len(tokenized) == len(set(tokenized)) == 16


def test_files_of_folds_are_fingerprinted(crossed, tmp_path):
    file = tmp_path / "folds.txt"
    file.write_text("0\n1\n" * 8)
    recipe = {**crossed, "seeds": None}
    recipe["data"] = {**crossed["data"], "folds": {"count": 2, "file": str(file)}}
    run = embedkit.run(recipe, out=tmp_path / "run", set={"training.epochs": 1})
    assert run.read_json("environment.json")["inputs"]["data.folds.file"]["bytes"] == 32
    assert run.folds[1].predictions.query("split == 'test'")["id"].tolist() == list(range(2, 17, 2))
    file.write_text("0\n2\n" * 8)
    with pytest.raises(DataError, match=r"folds.txt:2: expected a fold from 0 to 1, got '2'"):
        embedkit.run(recipe, out=tmp_path / "other")
    assert not partial_of(tmp_path / "other").exists()


@pytest.mark.parametrize(
    "read", [embedkit.load, lambda path: Run(path).history, lambda path: Run(path).ids()]
)
def test_what_only_a_single_run_has_is_refused_by_naming_them(whole, read):
    with pytest.raises(RunError) as caught:
        read(whole.path)
    (fault,) = caught.value.faults
    assert fault.what.startswith("this run is made of several, and each of them has ")
    assert fault.allowed == tuple(f"folds/{name}" for name in NAMES)


def test_a_run_of_several_is_not_a_model_to_evaluate(whole, recipe, tmp_path):
    evaluation = {"name": "again", "model": str(whole.path), "data": {"test": recipe["data"]["test"]}}
    with pytest.raises(RunError, match="this run is made of several"):
        embedkit.run(evaluation, out=tmp_path / "run")
    evaluation["model"] = str(whole.folds[0].path)
    assert embedkit.run(evaluation, out=tmp_path / "run").metrics["test"]["n"] == 4


def test_damage_to_a_run_inside_is_noticed(whole, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(whole.path, copy)
    (copy / "folds" / NAMES[1] / "vocabulary.csv").write_text("")
    with pytest.raises(RunError, match=r"vocabulary.csv: the file is not what the run wrote"):
        Run(copy).verify()


def test_the_data_of_every_fold_are_looked_over(crossed, caplog):
    registry = build_registry()
    data = {**crossed["data"], "train": {**crossed["data"]["train"]}, "validation": None}
    data["train"]["texts"] = [*crossed["data"]["train"]["texts"][:-1], "good film"]
    recipe = {**crossed, "data": data, "seeds": None, "training": {}}
    reporter = Told()
    look_over(Components(load_recipe(recipe, registry), registry), reporter, strict=False)
    assert reporter.stages.count("tokenizing") == 2
    assert "texts" in caplog.text


def assert_same(run, expected):
    assert sorted(p.relative_to(run.path) for p in run.path.rglob("*")) == sorted(
        p.relative_to(expected.path) for p in expected.path.rglob("*")
    )
    for name in SAME:
        assert (run.path / name).read_bytes() == (expected.path / name).read_bytes(), name
    for mine, other in zip(run.folds, expected.folds, strict=True):
        for name in TRAINED:
            assert (mine.path / name).read_bytes() == (other.path / name).read_bytes(), mine.path / name
    run.verify()


def test_it_is_told_which_run_of_how_many(crossed, whole, tmp_path):
    reporter = Told(after=4)
    with pytest.raises(KeyboardInterrupt):
        embedkit.run(crossed, out=tmp_path / "run", reporter=reporter)
    assert reporter.runs == [(NAMES[0], 1, 4), (NAMES[1], 2, 4)]
    kept = [
        str(path.relative_to(partial_of(tmp_path / "run")))
        for path in progress_of(partial_of(tmp_path / "run"))
    ]
    assert kept == [f"folds/{NAMES[0]}", f"folds/{NAMES[1]}.partial/checkpoints/epoch-00001"]
    reporter = Told()
    run = embedkit.run(crossed, out=tmp_path / "run", resume=True, reporter=reporter)
    assert [number for _, number, _ in reporter.runs] == [1, 2, 3, 4]
    assert reporter.stages[:1] == ["finished before"]
    assert reporter.stages.count("training") == 3
    assert "going on after epoch 1" in reporter.stages
    assert_same(run, whole)


class TakesAName(Told):
    """Makes a file of the name of the first run inside, at its last stage."""

    def __init__(self, path):
        super().__init__()
        self.path = path

    def stage(self, what):
        super().stage(what)
        if what == "analysing errors":
            self.path.touch()


def test_a_finished_run_inside_that_found_its_name_taken_is_not_trained_again(crossed, whole, tmp_path):
    inner = partial_of(tmp_path / "run") / "folds" / NAMES[0]
    with pytest.raises(UnmovedRunError):
        embedkit.run(crossed, out=tmp_path / "run", reporter=TakesAName(inner))
    inner.unlink()
    assert progress_of(partial_of(tmp_path / "run")) == [partial_of(inner)]
    reporter = Told()
    run = embedkit.run(crossed, out=tmp_path / "run", resume=True, reporter=reporter)
    assert reporter.stages.count("finished before") == 1
    assert reporter.stages.count("training") == 3
    assert_same(run, whole)


def test_with_nothing_but_finished_runs_it_goes_on_too(crossed, whole, tmp_path):
    recipe = {**crossed, "training": {**crossed["training"], "checkpoint_every": 0}}
    with pytest.raises(KeyboardInterrupt):
        embedkit.run(recipe, out=tmp_path / "run", reporter=Told(after=3))
    assert [path.name for path in progress_of(partial_of(tmp_path / "run"))] == NAMES[:1]
    with pytest.raises(RunError, match="an unfinished run with checkpoints is here"):
        embedkit.run(recipe, out=tmp_path / "run")
    with pytest.raises(RunError, match=r"the recipe has changed: training.lr was"):
        embedkit.run(recipe, out=tmp_path / "run", resume=True, set={"training.lr": 0.5})
    run = embedkit.run(recipe, out=tmp_path / "run", resume=True)
    weights = [(each.path / "weights.safetensors").read_bytes() for each in run.folds]
    assert weights == [(each.path / "weights.safetensors").read_bytes() for each in whole.folds]


def test_interrupted_before_anything_is_kept_it_leaves_nothing(crossed, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        embedkit.run(crossed, out=tmp_path / "run", reporter=Told(after=0))
    assert not [*tmp_path.iterdir()]


def test_kill_at_any_moment_loses_nothing(crossed, whole, tmp_path, kill_and_resume):
    kept = lambda out: progress_of(partial_of(out))  # noqa: E731
    kill_and_resume(crossed, tmp_path / "run", kept, 0.3, lambda run: assert_same(run, whole))
