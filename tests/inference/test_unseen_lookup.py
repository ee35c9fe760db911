"""`unseen: lookup`: words that training did not have get their vector from the source."""

from __future__ import annotations

import json

import numpy as np
import pytest
from gensim.models import KeyedVectors
from safetensors.numpy import load_file

import embedkit
from embedkit.cli import main
from embedkit.errors import RunError

pytestmark = pytest.mark.any_system

WORDS = ["good", "fine", "bad", "poor", "film", "plot", "great", "dire", "novel", "####", "odd"]
VECTORS = np.random.default_rng(5).standard_normal((len(WORDS), 6), dtype=np.float32)
TRAIN = [f"{mood} {thing}" for mood in ("good", "fine", "bad", "poor") for thing in ("film", "plot", "cast")]
TEST = ["great film", "Dire plot 1999", "zzz novel", ""]
ROW_OF = dict(zip(WORDS, VECTORS, strict=True))


def save(path, words, vectors):
    keyed = KeyedVectors(vector_size=6)
    keyed.add_vectors(words, vectors)
    keyed.save_word2vec_format(path, binary=True)


@pytest.fixture
def vectors(tmp_path):
    save(tmp_path / "vectors.bin", WORDS, VECTORS)
    return tmp_path / "vectors.bin"


@pytest.fixture
def looking_up(vectors):
    return {
        "name": "looking-up",
        "seed": 3,
        "data": {
            "train": {"use": "inline", "texts": TRAIN, "labels": (["pos"] * 6 + ["neg"] * 6)},
            "validation": {"use": "inline", "texts": ["great plot", "odd cast"], "labels": ["pos", "neg"]},
            "test": {"use": "inline", "texts": TEST, "labels": ["pos", "neg", "pos", "neg"]},
        },
        "tokenizer": "whitespace",
        "embedding": {
            "use": "word2vec-binary", "path": str(vectors), "trainable": "none", "unseen": "lookup"
        },
        "oov": ["case", "digits", "mean"],
        "encoder": {"use": "rnn", "hidden_size": 5},
        "training": {"epochs": 3, "batch_size": 4, "lr": 0.05, "early_stopping": None},
    }  # fmt: skip


@pytest.fixture
def finished(looking_up, tmp_path):
    return embedkit.run(looking_up, out=tmp_path / "run")


def with_unk(recipe):
    return {**recipe, "embedding": {**recipe["embedding"], "unseen": "unk"}}


def test_words_with_a_vector_are_not_unknown(finished):
    test = finished.predictions.query("split == 'test'").set_index("id")
    columns = ["tokens", "covered", "recovered", "filled", "unseen", "looked_up"]
    assert test.loc[1, columns].tolist() == [2, 2, 0, 0, 0, 1]
    assert test.loc[2, columns].tolist() == [3, 1, 2, 0, 0, 2]
    assert test.loc[3, columns].tolist() == [2, 1, 0, 0, 1, 1]
    assert test.loc[4, columns].tolist() == [0, 0, 0, 0, 0, 0]
    assert test["oov_tokens"].tolist() == [[], [], ["zzz"], []]
    coverage = finished.read_json("embedding.json")["coverage"]
    assert {split: coverage[split]["tokens"]["looked_up"] for split in coverage} == {
        "train": 0, "validation": 2, "test": 4,
    }  # fmt: skip
    assert coverage["test"]["types"]["looked_up"] == 4


def test_the_run_keeps_what_it_looked_up(finished):
    kept = finished.read_csv("unseen.csv")
    assert kept.to_dict("list") == {
        "word": ["great", "odd", "Dire", "1999", "novel", "zzz"],
        "origin": ["found", "found", "recovered", "recovered", "found", "unk"],
        "via": ["", "", "dire", "####", "", ""],
    }
    rows = load_file(finished.path / "unseen.safetensors")["embedding.weight"]
    expected = [ROW_OF[word] for word in ("great", "odd", "dire", "####", "novel")]
    np.testing.assert_array_equal(rows, expected)
    assert {"unseen.csv", "unseen.safetensors"} <= set(finished.read_json("manifest.json"))


def test_training_is_the_same_as_without(finished, looking_up, tmp_path):
    without = embedkit.run(with_unk(looking_up), out=tmp_path / "unk")
    for name in ("weights.safetensors", "vocabulary.csv", "embedding-before.safetensors", "model.json"):
        assert (finished.path / name).read_bytes() == (without.path / name).read_bytes()
    assert not (without.path / "unseen.csv").exists()
    assert without.predictions["looked_up"].sum() == 0
    for column in ("p_pos", "unseen"):
        differ = finished.predictions[column] != without.predictions[column]
        assert set(finished.predictions[differ]["split"]) == {"validation", "test"}
    assert finished.read_json("embedding.json")["rows"] == without.read_json("embedding.json")["rows"]


def test_a_looked_up_word_reads_as_if_it_had_been_trained_with(finished):
    """The table is frozen: `great film` has the probability that its words' own vectors give."""
    import torch

    classifier = embedkit.load(finished.path)
    model = classifier.model
    with torch.inference_mode():
        embedded = torch.from_numpy(np.array([[ROW_OF["great"], ROW_OF["film"]]]))
        mask = torch.ones((1, 2), dtype=torch.bool)
        probability = torch.sigmoid(model.head(model.encoder(embedded, mask)).double())
    predicted = finished.predictions.query("text == 'great film'")["p_pos"].iloc[0]
    assert predicted == pytest.approx(float(probability), abs=1e-6)


def test_validation_while_training_is_scored_with_looked_up_words(finished):
    last = finished.history.query("split == 'validation'").iloc[-1]
    assert last["loss"] == pytest.approx(finished.metrics["validation"]["loss"])


def trained(recipe, trainable, **training):
    embedding = {**recipe["embedding"], "trainable": trainable}
    return {**recipe, "embedding": embedding, "training": {**recipe["training"], **training}}


MOVED = pytest.mark.parametrize(
    ("trainable", "sparse"), [("all", False), ("all", True), ("missing", False), ("missing", True)]
)


@MOVED
def test_beside_a_trained_table_training_is_the_same_as_without(looking_up, tmp_path, trainable, sparse):
    recipe = trained(looking_up, trainable)
    recipe["embedding"]["sparse"] = sparse
    run = embedkit.run(recipe, out=tmp_path / "lookup")
    without = embedkit.run(with_unk(recipe), out=tmp_path / "unk")
    for name in ("weights.safetensors", "vocabulary.csv", "embedding-before.safetensors", "table-drift.csv"):
        assert (run.path / name).read_bytes() == (without.path / name).read_bytes()
    for split in ("train", "validation", "test"):
        pair = [each.predictions.query(f"split == '{split}'")["p_pos"].tolist() for each in (run, without)]
        assert (pair[0] == pair[1]) is (split == "train")
    rows = load_file(run.path / "unseen.safetensors")["embedding.weight"]
    np.testing.assert_array_equal(rows, [ROW_OF[word] for word in ("great", "odd", "dire", "####", "novel")])


@MOVED
def test_a_pretrained_vector_is_read_beside_a_moved_one(looking_up, tmp_path, trainable, sparse):
    """`great film` has the probability of `great` as the file has it and `film` as training left it."""
    import torch

    recipe = trained(looking_up, trainable)
    recipe["embedding"]["sparse"] = sparse
    run = embedkit.run(recipe, out=tmp_path / "run")
    after = run.embedding_frame("after").loc["film"].to_numpy()
    assert (after == ROW_OF["film"]).all() == (trainable == "missing")
    model = embedkit.load(run.path).model
    with torch.inference_mode():
        embedded = torch.from_numpy(np.array([[ROW_OF["great"], after]]))
        mask = torch.ones((1, 2), dtype=torch.bool)
        probability = torch.sigmoid(model.head(model.encoder(embedded, mask)).double())
    predicted = run.predictions.query("text == 'great film'")["p_pos"].iloc[0]
    assert predicted == pytest.approx(float(probability), abs=1e-6)


@pytest.mark.parametrize("trainable", ["missing", "all"])
def test_validation_follows_the_table_that_training_moves(looking_up, tmp_path, trainable):
    """Each epoch's figures are those that a run of so many epochs ends with, and so are the best epoch's."""
    run = embedkit.run(trained(looking_up, trainable), out=tmp_path / "run")
    losses = run.history.query("split == 'validation'")["loss"].tolist()
    for epochs in (1, 2, 3):
        shorter = embedkit.run(trained(looking_up, trainable, epochs=epochs), out=tmp_path / f"{epochs}")
        assert losses[epochs - 1] == pytest.approx(shorter.metrics["validation"]["loss"])
    stopping = {"early_stopping": {"metric": "loss", "patience": 1}, "lr": 0.5, "epochs": 9}
    best = embedkit.run(trained(looking_up, trainable, **stopping), out=tmp_path / "best")
    history = best.history.query("split == 'validation'")
    assert history["loss"].idxmin() != history.index[-1]
    assert best.metrics["validation"]["loss"] == pytest.approx(history["loss"].min())


@pytest.mark.parametrize("trainable", ["missing", "all"])
def test_a_run_that_was_interrupted_looks_up_beside_its_table(looking_up, tmp_path, trainable, monkeypatch):
    from embedkit.training.loop import Record

    recipe = trained(looking_up, trainable, checkpoint_every=1)
    whole = embedkit.run(recipe, out=tmp_path / "whole")
    save = Record.save

    def interrupted(record, epoch, state):
        save(record, epoch, state)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Record, "save", interrupted)
        embedkit.run(recipe, out=tmp_path / "resumed")
    resumed = embedkit.run(recipe, out=tmp_path / "resumed", resume=True)
    for name in ("weights.safetensors", "predictions.csv", "metrics.json"):
        assert (resumed.path / name).read_bytes() == (whole.path / name).read_bytes()


@pytest.mark.parametrize("trainable", ["missing", "all"])
def test_a_loaded_model_opens_the_source_of_its_trained_table_again(looking_up, vectors, tmp_path, trainable):
    run = embedkit.run(trained(looking_up, trainable), out=tmp_path / "run")
    classifier = embedkit.load(run.path)
    expected = run.predictions.query("split == 'test'")["p_pos"]
    np.testing.assert_allclose(classifier.predict(TEST)["p_pos"].astype(float), expected, atol=1e-6)
    (prediction,) = classifier.predictions(["ODD film xyz"])
    assert prediction.states == ("recovered", "covered", "unseen")
    save(vectors, WORDS, VECTORS + 1)
    assert "is not the file that the model was trained with" in refused(run)


def test_a_table_that_is_frozen_in_the_last_epochs_is_evaluated_as_it_was_trained(looking_up, tmp_path):
    recipe = trained(looking_up, "all", table_to_epoch=2, lr=0.5)
    del recipe["data"]["validation"]
    run = embedkit.run(recipe, out=tmp_path / "run")
    expected = run.predictions.query("split == 'test'")["p_pos"]
    found = embedkit.load(run.path).predict(TEST)["p_pos"]
    np.testing.assert_allclose(found.astype(float), expected, atol=1e-6)


def test_dropped_words_are_looked_up_too(looking_up, tmp_path):
    texts = ["good film", "good plot", "bad film", "bad plot novel"]
    data = {"train": {"use": "inline", "texts": texts, "labels": ["pos", "pos", "neg", "neg"]}}
    run = embedkit.run({**looking_up, "data": data, "vocabulary": {"min_count": 2}}, out=tmp_path / "dropped")
    assert run.vocabulary["word"].tolist()[2:] == ["good", "film", "plot", "bad"]
    assert run.read_csv("dropped.csv")["word"].tolist() == ["novel"]
    last = run.predictions.iloc[-1]
    assert last[["covered", "dropped", "looked_up"]].tolist() == [3, 0, 1]
    (prediction,) = embedkit.load(run.path).predictions(["bad novel"])
    assert prediction.states == ("covered", "covered")
    assert prediction.looked_up == (False, True)


def test_the_saved_recipe_runs_again_to_the_same_bytes(finished, tmp_path):
    again = embedkit.run(finished.path / "recipe.yaml", out=tmp_path / "again")
    for name in (
        "weights.safetensors",
        "unseen.csv",
        "unseen.safetensors",
        "predictions.csv",
        "metrics.json",
    ):
        assert (finished.path / name).read_bytes() == (again.path / name).read_bytes()


def test_a_loaded_model_needs_no_file_for_words_it_looked_up(finished, vectors):
    vectors.unlink()
    predicted = embedkit.load(finished.path).predict(TEST)["p_pos"].astype(float)
    expected = finished.predictions.query("split == 'test'")["p_pos"]
    np.testing.assert_allclose(predicted, expected, atol=1e-6)


def test_new_texts_are_looked_up_in_the_source_again(finished, looking_up, tmp_path):
    texts = ["ODD film", "novel Novel xyz"]
    first, second = embedkit.load(finished.path).predictions(texts)
    assert first.states == ("recovered", "covered")
    assert first.looked_up == (True, False)
    assert second.states == ("covered", "recovered", "unseen")
    data = {**looking_up["data"], "test": {"use": "inline", "texts": texts, "labels": ["pos", "neg"]}}
    run = embedkit.run({**looking_up, "data": data}, out=tmp_path / "other")
    expected = run.predictions.query("split == 'test'")["p_pos"]
    assert [first.probabilities[1], second.probabilities[1]] == pytest.approx(list(expected), abs=1e-6)


def test_an_evaluation_run_looks_up_too(finished, tmp_path):
    recipe = {
        "name": "evaluate",
        "model": str(finished.path),
        "data": {"test": {"use": "inline", "texts": ["ODD film"], "labels": ["pos"]}},
    }
    run = embedkit.run(recipe, out=tmp_path / "evaluation")
    assert run.predictions["looked_up"].tolist() == [1]
    unk = embedkit.run({**recipe, "evaluation": {"unseen": "unk"}}, out=tmp_path / "unk")
    assert unk.predictions[["looked_up", "unseen"]].to_numpy().tolist() == [[0, 1]]
    assert unk.predictions["p_pos"].iloc[0] != run.predictions["p_pos"].iloc[0]


HINT = (
    "\n    To take <UNK> for such words: `embedkit predict RUN --unseen unk`, "
    'embedkit.load(RUN, unseen="unk"), `evaluation.unseen: unk`.'
)


def refused(run):
    with pytest.raises(RunError) as caught:
        embedkit.load(run.path).predict(["something else"])
    return str(caught.value)


def test_a_file_that_is_gone(finished, vectors):
    vectors.unlink()
    assert refused(finished) == f"embedding.path: '{vectors}' does not exist{HINT}"
    assert embedkit.load(finished.path, unseen="unk").predict(["great film"])["unseen"].tolist() == [1]


def test_a_file_that_was_changed(finished, vectors):
    save(vectors, WORDS, VECTORS + 1)
    assert refused(finished) == (
        f"embedding.path: '{vectors}' is not the file that the model was trained with: "
        f"its fingerprint differs{HINT}"
    )


def test_a_file_that_was_moved_and_is_found_again(looking_up, vectors, tmp_path, monkeypatch):
    monkeypatch.setenv("VECTORS", str(tmp_path))
    recipe = {**looking_up, "embedding": {**looking_up["embedding"], "path": "${VECTORS}/vectors.bin"}}
    run = embedkit.run(recipe, out=tmp_path / "moved", hash="full")
    (tmp_path / "elsewhere").mkdir()
    vectors.rename(tmp_path / "elsewhere" / "vectors.bin")
    monkeypatch.setenv("VECTORS", str(tmp_path / "elsewhere"))
    assert embedkit.load(run.path).predict(["ODD film"])["looked_up"].tolist() == [1]


CHANGING = """
    import numpy as np
    from embedkit import hookimpl
    from embedkit.interfaces import Lookup

    class Changing:
        '''Vectors that another version of a package has otherwise.'''
        version = 1
        dim = 3
        unk = None
        def open(self, context):
            return self
        def lookup(self, words):
            known = [word in ("good", "odd") and self.version < 3 for word in words]
            found = np.array(known, dtype=np.bool_)
            vectors = np.zeros((len(words), 3), dtype=np.float32)
            vectors[found] = self.version
            return Lookup(vectors, found, np.where(found, 0, -1).astype(np.int64))

    @hookimpl
    def register_embeddings(register):
        register("changing", Changing)
"""


@pytest.mark.parametrize("version", [2, 3])
def test_a_source_without_files_that_gives_other_vectors(looking_up, tmp_path, install, version):
    import importlib

    module = install("embedkit-changing", CHANGING, entries=["changing"])
    embedding = {"use": "changing", "trainable": "none", "unseen": "lookup"}
    run = embedkit.run({**looking_up, "embedding": embedding}, out=tmp_path / "changing")
    assert embedkit.load(run.path).predict(["something else"])["unseen"].tolist() == [2]
    importlib.import_module(module).Changing.version = version
    assert refused(run) == (
        f"embedding: 'changing' gives another vector of 'good' than the model was trained with{HINT}"
    )


def test_subwords_of_unseen_words_are_known_and_counted_as_filled(looking_up, tmp_path, install):
    subwords = CHANGING.replace(
        "        def lookup(self, words):",
        "        def subword(self, words):\n"
        "            found = np.array([word.startswith('z') for word in words], dtype=np.bool_)\n"
        "            vectors = np.where(found[:, None], np.float32(7), np.zeros(3, np.float32))\n"
        "            return Lookup(vectors, found, np.full(len(words), -1))\n"
        "        def lookup(self, words):",
    )
    install("embedkit-changing", subwords, entries=["changing"])
    embedding = {"use": "changing", "trainable": "none", "unseen": "lookup"}
    recipe = {**looking_up, "embedding": embedding, "oov": ["subword", "zero"]}
    run = embedkit.run(recipe, out=tmp_path / "subwords")
    kept = run.read_csv("unseen.csv").set_index("word")
    assert kept.loc["zzz"].tolist() == ["filled", "subword"]
    assert kept.loc["odd"].tolist() == ["found", ""]
    assert kept.loc["novel"].tolist() == ["unk", ""]
    (prediction,) = embedkit.load(run.path).predictions(["zzz zonk novel"])
    assert prediction.states == ("filled", "filled", "unseen")
    assert prediction.looked_up == (True, True, False)


def test_an_error_policy_lets_unseen_words_be_unknown(looking_up, tmp_path):
    texts = ["good film", "bad plot"]
    data = {**looking_up["data"], "train": {"use": "inline", "texts": texts, "labels": ["pos", "neg"]}}
    run = embedkit.run({**looking_up, "data": data, "oov": ["case", "error"]}, out=tmp_path / "error")
    assert run.predictions.query("split == 'test'")["unseen"].tolist() == [0, 1, 1, 0]


def test_reserved_words_of_the_texts_are_never_looked_up(looking_up, tmp_path):
    save(tmp_path / "vectors.bin", [*WORDS, "<UNK>", "<PAD>"], np.vstack([VECTORS, VECTORS[:2]]))
    run = embedkit.run(looking_up, out=tmp_path / "reserved")
    (prediction,) = embedkit.load(run.path).predictions(["<UNK> <PAD>"])
    assert prediction.states == ("unseen", "unseen")


def test_the_command_says_what_was_looked_up(looking_up, tmp_path, capsys):
    (tmp_path / "recipe.yaml").write_text(json.dumps(looking_up))
    ended("run", str(tmp_path / "recipe.yaml"), "--out", str(tmp_path / "run"))
    capsys.readouterr()
    ended("explain", str(tmp_path / "run"))
    printed = " ".join(capsys.readouterr().out.split())
    assert "4 tokens of test have vectors though training did not have them: looked up" in printed
    assert "tokens of train have" not in printed


def test_predict_tells_of_each_token_and_can_do_without(finished, capsys):
    ended("predict", str(finished.path), "odd film zzz", "--json")
    (prediction,) = json.loads(capsys.readouterr().out)
    assert [(token["state"], token["looked_up"]) for token in prediction["tokens"]] == [
        ("covered", True), ("covered", False), ("unseen", False),
    ]  # fmt: skip
    ended("predict", str(finished.path), "odd film zzz", "--json", "--unseen", "unk")
    (prediction,) = json.loads(capsys.readouterr().out)
    assert [token["state"] for token in prediction["tokens"]] == ["unseen", "covered", "unseen"]


def ended(*arguments):
    with pytest.raises(SystemExit) as end:
        main([*arguments])
    assert end.value.code == 0


def test_sources_side_by_side_are_opened_again_and_each_file_is_compared(looking_up, vectors, tmp_path):
    other = tmp_path / "other.bin"
    save(other, ["good", "odd", "eerie"], VECTORS[:3])
    sources = [{"use": "word2vec-binary", "path": str(path)} for path in (vectors, other)]
    embedding = {"use": "concat", "sources": sources, "trainable": "none", "unseen": "lookup"}
    run = embedkit.run({**looking_up, "embedding": embedding}, out=tmp_path / "concat")
    (prediction,) = embedkit.load(run.path).predictions(["eerie novel xyz"])
    assert prediction.states == ("covered", "covered", "unseen")
    assert prediction.looked_up == (True, True, False)
    save(other, ["good", "odd", "eerie"], VECTORS[3:6])
    assert refused(run).startswith(f"embedding.sources.1.path: '{other}' is not the file that the model was")
