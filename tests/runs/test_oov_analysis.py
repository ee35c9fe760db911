"""The analysis of whole runs: the notebook by hand, refilled tables, several labels, evaluations."""

from __future__ import annotations

import json

import numpy as np
import pytest

import embedkit
from embedkit.plugin.registry import build_registry

pytestmark = pytest.mark.any_system

FOUND = {"nice", "great", "best", "stop", "work", "highly"}
"""The words of the notebook's seven sentences that gensim's small file has."""

SHARES = [1 / 4, 1 / 2, 1.0, 1 / 2, 1.0, 1.0, 1 / 2]
"""Of each sentence, by hand: nice great best *amazing*, stop *lies*, *pitiful nerd*, excellent* work, …"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    return embedkit.run("notebook-word2vec", out=tmp_path_factory.mktemp("runs") / "tuned")


@pytest.fixture(scope="module")
def frozen(tmp_path_factory):
    sets = {"embedding.trainable": "none", "training.epochs": 3}
    return embedkit.run("notebook-word2vec", out=tmp_path_factory.mktemp("runs") / "frozen", set=sets)


def test_the_notebooks_seven_sentences_as_one_would_write_them_by_hand(notebook):
    frame = notebook.predictions
    for tokens, states in zip(frame["token_list"], frame["token_states"], strict=True):
        assert states == ["covered" if token in FOUND else "filled" for token in tokens]
    assert frame["content_oov_share"].tolist() == pytest.approx(SHARES)
    assert frame["oov_share"].tolist() == pytest.approx(SHARES)
    coverage = notebook.oov.coverage.fillna({"class": "whole"})
    for (unit, of), rows in coverage.groupby(["unit", "of"]):
        counted = {row["class"]: (row["covered"], row["filled"]) for row in rows.to_dict("records")}
        assert counted == {"whole": (6, 9), "0": (1, 4), "1": (5, 5)}, (unit, of)
    assert set(notebook.oov.missing["word"]) == {
        *("amazing", "lies", "pitiful", "nerd", "excellent", "supreme", "quality", "bad", "respectable")
    }


def test_the_states_of_every_split_add_up_to_its_tokens(notebook):
    tokens = notebook.oov.coverage.query("unit == 'tokens' and of == 'all'")
    whole = tokens[tokens["class"].isna()]
    states = ["covered", "recovered", "filled", "unseen", "dropped"]
    assert whole[states].sum(axis=1).tolist() == [notebook.predictions["tokens"].sum()] == [15]


def test_a_table_that_was_trained_cannot_be_refilled_and_says_why(notebook):
    policies = notebook.oov.figures["policies"]
    assert policies["refilled"] == {}
    assert "another run" in policies["why"]


def test_a_frozen_table_did_not_drift_and_a_trained_one_did(notebook, frozen):
    assert frozen.oov.figures["drift"] is None
    assert not (frozen.path / "table-drift.csv").exists()
    drift = notebook.oov.drift.set_index("word")
    before, after = (notebook.embedding_frame(when) for when in ("before", "after"))
    expected = np.linalg.norm((after - before).to_numpy().astype(float), axis=1)[1:]
    np.testing.assert_allclose(drift["distance"], expected, rtol=1e-5)
    assert drift.loc["<UNK>", "distance"] == 0
    assert notebook.oov.drift_by_origin.set_index("origin")["rows"].to_dict() == {
        "unk": 1,
        "found": 6,
        "filled": 9,
    }


@pytest.mark.parametrize("policy", ["mean", "normal", "uniform", "hash"])
def test_a_refilled_table_is_the_one_that_the_policy_would_have_made(frozen, tmp_path, policy):
    from embedkit.inference.counterfactual import Trained, refilled
    from embedkit.recipe.build import Part
    from embedkit.recipe.components import Components
    from embedkit.recipe.load import load_recipe
    from embedkit.recipe.sections.section import spec_of

    registry = build_registry()
    components = Components(load_recipe(frozen.path / "recipe.yaml", registry), registry)
    trained = Trained(embedkit.load(frozen.path), components)
    other = refilled(trained, policy, Part(registry, "oov", spec_of(policy), "oov").make())
    sets = {"embedding.trainable": "none", "training.epochs": 1, "oov": [policy]}
    made = embedkit.run("notebook-word2vec", out=tmp_path / policy, set=sets)
    np.testing.assert_array_equal(
        other.model.embedding.weight.numpy(), made.embedding_frame("before").to_numpy()
    )
    assert not np.array_equal(made.embedding_frame("before"), frozen.embedding_frame("before"))


def test_how_many_turn_right_and_wrong_is_what_the_refilled_model_says(frozen):
    from embedkit.inference.counterfactual import Trained, refilled
    from embedkit.recipe.build import Part
    from embedkit.recipe.components import Components
    from embedkit.recipe.load import load_recipe
    from embedkit.recipe.sections.section import spec_of

    registry = build_registry()
    trained = Trained(
        embedkit.load(frozen.path),
        Components(load_recipe(frozen.path / "recipe.yaml", registry), registry),
    )
    frame = frozen.predictions
    was_wrong = (frame["label"] != frame["predicted"]).to_numpy()
    counted = frozen.oov.policies.set_index("policy")
    assert {*counted.index} >= {"hash", "mean", "normal", "uniform"}
    assert "zero" not in counted.index
    for policy, row in counted.iterrows():
        other = refilled(trained, policy, Part(registry, "oov", spec_of(policy), "oov").make())
        is_wrong = (other.predict([*frame["text"]])["predicted"] != frame["label"].to_numpy()).to_numpy()
        assert row["turned_right"] == (was_wrong & ~is_wrong).sum()
        assert row["turned_wrong"] == (~was_wrong & is_wrong).sum()


def test_a_policy_that_refuses_is_named_with_what_it_said(frozen):
    assert "have no vector" in frozen.oov.figures["policies"]["refused"]["error"]


def test_an_evaluation_of_a_trained_model_is_analysed_too(frozen, tmp_path):
    texts = {"use": "inline", "texts": ["nice qwzx", "bad bad", "amazing"], "labels": [0, 0, 1]}
    sets = {"model": str(frozen.path), "data.test": texts, "evaluation.metrics": ["accuracy"]}
    run = embedkit.run("evaluate", out=tmp_path / "run", set=sets)
    assert run.predictions["token_states"].tolist() == [
        ["covered", "unseen"],
        ["filled", "filled"],
        ["filled"],
    ]
    assert [*run.oov.figures["splits"]] == ["test"]
    assert {*run.oov.policies["split"]} == {"test"}
    assert run.oov.figures["drift"] is None


def test_several_labels_are_analysed_by_label(tmp_path):
    recipe = {
        "name": "labels",
        "data": {
            "train": {"use": "inline", "texts": ["a b", "b c", "c d", "d"], "labels": ["x|y", "y", "", "x"]},
            "test": {"use": "inline", "texts": ["a q", "q"], "labels": ["x", "x|y"]},
            "label_separator": "|",
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 4},
        "encoder": {"use": "bag"},
        "training": {"epochs": 1},
        "evaluation": {"metrics": ["accuracy"], "baselines": []},
    }
    run = embedkit.run(recipe, out=tmp_path / "run")
    tokens = run.oov.coverage.query("split == 'test' and unit == 'tokens' and of == 'all'").set_index("class")
    assert tokens.loc["x", ["covered", "unseen"]].tolist() == [1, 2]
    assert tokens.loc["y", ["covered", "unseen"]].tolist() == [0, 1]
    assert run.oov.tests.query("split == 'test' and of == 'all'")["n_wrong"].item() == (
        run.predictions.query("split == 'test'").eval("label != predicted").sum()
    )


def test_wrong_texts_come_with_the_largest_content_share_first(frozen):
    wrong = frozen.oov.wrong
    assert (wrong["label"] != wrong["predicted"]).all()
    assert wrong["content_oov_share"].is_monotonic_decreasing


def test_the_file_is_the_same_when_the_run_is_repeated(frozen, tmp_path):
    sets = {"embedding.trainable": "none", "training.epochs": 3}
    again = embedkit.run("notebook-word2vec", out=tmp_path / "again", set=sets)
    assert (again.path / "oov.json").read_bytes() == (frozen.path / "oov.json").read_bytes()


def test_every_list_of_a_text_has_the_length_of_its_tokens(notebook):
    for row in notebook.predictions.to_dict("records"):
        assert len(row["token_list"]) == len(row["token_states"]) == len(row["token_content"])


def test_function_words_can_be_left_out(tmp_path):
    sets = {"evaluation.function_words": [], "training.epochs": 1, "data.train.texts.1": "the lies"}
    run = embedkit.run("notebook-random", out=tmp_path / "run", set=sets)
    assert run.predictions["content_tokens"].tolist() == run.predictions["tokens"].tolist()
    sets = {**sets, "evaluation.function_words": ["english"]}
    with_english = embedkit.run("notebook-random", out=tmp_path / "english", set=sets)
    assert (with_english.predictions["tokens"] - with_english.predictions["content_tokens"]).tolist()[1] == 1
    assert json.loads((with_english.path / "oov.json").read_text())["splits"]["train"]["errors"]["n"] == 7


@pytest.fixture(scope="module")
def long_texts(tmp_path_factory):
    """A recipe of 2,520 training tokens with frequent holes, and its run, for which they are enough.

    The words of `a` lie at 2 and those of `b` at 0 in every dimension. So a text of two holes and a word
    seems to be of `b` while the holes have zeros, and is of the word's kind where they have what their texts
    give them: one lies at 2, too, and one at 0.
    """
    from gensim.models import KeyedVectors

    folder = tmp_path_factory.mktemp("long")
    words = [f"{a}{b}{c}" for a in "bdfg" for b in "aeiou" for c in "klmnprst"]
    kinds = words[0::2], words[1::2]
    centres = np.tile([[2.0], [0.0]], (len(words) // 2, 1))
    keyed = KeyedVectors(vector_size=5)
    keyed.add_vectors(words, np.random.default_rng(2).normal(centres, 0.3, (len(words), 5)).astype("f4"))
    keyed.save_word2vec_format(folder / "vectors.bin", binary=True)
    draws = np.random.default_rng(4)
    texts = [" ".join([*draws.choice(kinds[i % 2], 20), ("crack", "hole")[i % 2]]) for i in range(120)]
    short = [f"hole crack {word}" for word in words[:60]]
    recipe = {
        "name": "long",
        "seed": 2,
        "data": {
            "train": {"use": "inline", "texts": texts, "labels": ["a", "b"] * 60},
            "test": {"use": "inline", "texts": short, "labels": ["a", "b"] * 30},
        },
        "tokenizer": "whitespace",
        "embedding": {
            "use": "word2vec-binary",
            "path": str(folder / "vectors.bin"),
            "trainable": "none",
        },
        "oov": ["zero"],
        "encoder": "bag",
        "training": {"optimizer": "lbfgs"},
        "evaluation": {"metrics": ["accuracy"], "baselines": [], "function_words": []},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("embedkit.inference.counterfactual.FEWEST_TOKENS", 2_520)
        return recipe, embedkit.run(recipe, out=folder / "run")


def test_mapped_is_asked_with_vectors_of_enough_training_texts(long_texts):
    """What turns is what a model says whose holes have the rows that a run with `mapped` gives them."""
    from embedkit.inference.counterfactual import MAPPED

    recipe, run = long_texts
    counted = run.oov.policies.set_index("policy").loc["mapped"]
    assert counted["split"] == "test"
    assert "mapped" not in run.oov.figures["policies"]["refused"]
    sets = {"oov": [MAPPED, "zero"], "training": {"epochs": 1}, "evaluation.predictions": "held-out"}
    made = embedkit.run(recipe, out=run.path.parent / "mapped", set=sets)
    table = made.embedding_frame("before")
    assert made.fits[0].words == 2
    head = embedkit.load(run.path).model
    texts = run.predictions.query("split == 'test'")
    means = [table.loc[tokens].to_numpy().mean(axis=0) for tokens in texts["token_list"]]
    logits = np.array(means) @ head.head.weight.detach().numpy().T + head.head.bias.detach().numpy()
    is_wrong = np.where(logits[:, 0] > 0, "b", "a") != texts["label"]
    was_wrong = (texts["label"] != texts["predicted"]).to_numpy()
    assert counted["turned_right"] == (was_wrong & ~is_wrong).sum()
    assert counted["turned_wrong"] == (~was_wrong & is_wrong).sum()
    assert counted["turned_right"] + counted["turned_wrong"] > 0


@pytest.mark.parametrize(
    "change",
    [
        {"evaluation.predictions": "held-out"},
        {"oov": [{"use": "mapped", "source": {"use": "word2vec-train", "dim": 4}}, "zero"]},
        {"data.max_length": 20},
    ],
    ids=["held-out", "in the recipe", "few tokens"],
)
def test_mapped_is_not_asked_without_need_or_enough_training_texts(long_texts, tmp_path, monkeypatch, change):
    recipe, _ = long_texts
    monkeypatch.setattr("embedkit.inference.counterfactual.FEWEST_TOKENS", 2_520)
    run = embedkit.run(recipe, out=tmp_path / "run", set=change)
    assert {"hash", "mean"} <= {*run.oov.policies["policy"]}
    assert "mapped" not in {*run.oov.policies["policy"]}
    assert "mapped" not in run.oov.figures["policies"]["refused"]
