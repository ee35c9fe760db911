"""The policy `mapped`: vectors of missing words from a second embedding, by a ridge map."""

from __future__ import annotations

import json
import logging
from importlib.resources import files

import numpy as np
import pytest
from gensim.models import KeyedVectors
from numpy.testing import assert_allclose

import embedkit
from embedkit.cli import main
from embedkit.errors import ComponentError, RunError
from embedkit.interfaces import EmbeddingContext, FillContext, Filled, HeldOutFit, Lookup
from embedkit.interfaces.contracts import check_filled
from embedkit.model.known_words import KnownWords
from embedkit.plugin.manager import load_plugins
from embedkit.recipe.build import make_component

RNG = np.random.default_rng(3)
COMMON = [f"common{i}" for i in range(300)]
ONLY_SECOND = [f"second{i}" for i in range(20)]
SECOND = RNG.standard_normal((320, 6)).astype(np.float32) + 2
PLANTED, SHIFT = RNG.standard_normal((6, 4)), RNG.standard_normal(4)
FIRST = (SECOND @ PLANTED + SHIFT).astype(np.float32)


class Second:
    """An embedding that counts how often it is opened, and keeps the contexts."""

    def __init__(self, source, standalone=True):
        self.source = source
        self.standalone = standalone
        self.contexts = []

    def open(self, context):
        self.contexts.append(context)
        return self.source


class Subwords(KnownWords):
    """Knows a part of every word that begins with `part`."""

    def subword(self, words):
        found = np.array([word.startswith("part") for word in words], np.bool_)
        vectors = np.where(found[:, None], np.float32(2), np.float32(0)) * np.ones((1, 6), np.float32)
        return Lookup(vectors, found, np.full(len(words), -1, np.int64))


def mapped(source, **parameters):
    load_plugins()
    from embedkit_mapped.policy import Mapped

    return Mapped(source=source if isinstance(source, Second) else Second(source), **parameters)


def context_of(words=COMMON, found=FIRST[:300], texts=(), embedding=None):
    source, rng = KnownWords(words, found), np.random.default_rng(11)
    return FillContext(source, found, rng, words, lambda: texts, embedding)


def save(path, words, vectors):
    keyed = KeyedVectors(vector_size=vectors.shape[1])
    keyed.add_vectors([*words], vectors)
    keyed.save_word2vec_format(path, binary=True)


def test_a_planted_linear_map_is_recovered():
    policy = mapped(KnownWords(COMMON + ONLY_SECOND, SECOND))
    filled = policy.fill(["second3", "nowhere", "second19"], context_of())
    assert filled.filled.tolist() == [True, False, True]
    assert filled.vectors.dtype == np.float32
    assert_allclose(filled.vectors[[0, 2]], FIRST[[303, 319]], atol=2e-3)
    assert not filled.vectors[1].any()
    assert (filled.fit.common, filled.fit.held_out, filled.fit.strength) == (300, 60, 1e-4)
    assert filled.fit.cosine > 0.9999


def test_the_held_out_cosine_is_that_of_a_hand_computation():
    """Ridge by scikit-learn on four fifths of the words, scored word by word on the last fifth."""
    from sklearn.linear_model import Ridge

    noisy = FIRST[:300] + RNG.standard_normal((300, 4)).astype(np.float32) * 3
    fit = mapped(KnownWords(COMMON, SECOND[:300])).fill(["x"], context_of(found=noisy)).fit
    order = np.random.default_rng(11).permutation(300)
    held_out, rest = order[:60], order[60:]
    gram = np.cov(SECOND[rest].T.astype(np.float64), bias=True) * 240
    by_strength = {}
    for strength in (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0):
        ridge = Ridge(alpha=strength * np.trace(gram) / 6).fit(SECOND[rest].astype(np.float64), noisy[rest])
        pairs = zip(ridge.predict(SECOND[held_out]), noisy[held_out], strict=True)
        cosines = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in pairs]
        by_strength[strength] = np.mean(cosines)
    best = max(by_strength, key=by_strength.__getitem__)
    mean = noisy[rest].mean(axis=0)
    of_mean = [mean @ b / np.linalg.norm(mean) / np.linalg.norm(b) for b in noisy[held_out]]
    assert fit.strength == best
    assert fit.cosine == pytest.approx(by_strength[best], abs=1e-5)
    assert fit.cosine_of_mean == pytest.approx(np.mean(of_mean), abs=1e-5)
    assert fit.cosine_of_mean < fit.cosine < 1


def test_more_noise_asks_for_more_regularization():
    few, noise = COMMON[:40], RNG.standard_normal((40, 4)).astype(np.float32) * 30
    source = KnownWords(few, SECOND[:40])
    little = mapped(source, min_common=10).fill(["x"], context_of(few, FIRST[:40])).fit
    much = mapped(source, min_common=10).fill(["x"], context_of(few, FIRST[:40] + noise)).fit
    assert little.strength < much.strength


def test_the_same_seed_gives_the_same_bytes_and_the_order_of_the_words_does_not_matter():
    first, again, back = (
        mapped(KnownWords(COMMON + ONLY_SECOND, SECOND)).fill(words, context_of())
        for words in (ONLY_SECOND, ONLY_SECOND, ONLY_SECOND[::-1])
    )
    assert first.vectors.tobytes() == again.vectors.tobytes() == back.vectors[::-1].tobytes()
    assert first.fit == again.fit


def test_a_source_that_knows_nothing_leaves_every_word_with_a_warning(caplog):
    filled = mapped(KnownWords(["other"], SECOND[:1])).fill(["second1", "<UNK>"], context_of())
    assert not filled.filled.any()
    assert filled.fit is None
    (warning,) = caplog.records
    assert warning.levelno == logging.WARNING
    assert "'mapped' leaves every word" in warning.getMessage()
    assert "0 words" in warning.getMessage()
    assert "100 or more" in warning.getMessage()


def test_a_source_that_cannot_be_trained_leaves_every_word_with_a_warning(caplog):
    load_plugins()
    from embedkit_mapped.policy import Mapped

    policy = Mapped(source=make_component("embedding", "word2vec-train"))
    filled = policy.fill(["one"], context_of(texts=[["one", "text"]]))
    assert not filled.filled.any()
    assert "no word of the training texts occurs 5 times" in caplog.records[-1].getMessage()


@pytest.mark.parametrize(("common", "learns"), [(99, False), (100, True)])
def test_a_map_is_learnt_from_a_hundred_common_words_on(common, learns):
    known = [*COMMON[:common], *ONLY_SECOND]
    filled = mapped(KnownWords(known, SECOND[: len(known)])).fill(["second1"], context_of())
    assert filled.filled.tolist() == [learns]


def test_nothing_is_known_of_the_first_source_either():
    empty = np.zeros((0, 4), np.float32)
    filled = mapped(KnownWords(COMMON, SECOND[:300])).fill(["common1"], context_of([], empty))
    assert not filled.filled.any()


def test_equal_vectors_in_the_second_source_tell_the_mean():
    same = np.ones((301, 6), np.float32)
    filled = mapped(KnownWords([*COMMON, "second"], same)).fill(["second"], context_of())
    assert_allclose(filled.vectors[0], FIRST[:300].mean(axis=0), atol=1e-4)


def test_the_row_of_unknown_words_is_left_to_the_next_policy():
    policy = mapped(KnownWords([*COMMON, "<UNK>"], SECOND[:301]))
    assert policy.fill(["<UNK>"], context_of()).filled.tolist() == [False]


def test_subwords_answer_for_words_that_the_second_source_lacks():
    policy = mapped(Subwords(COMMON + ONLY_SECOND, SECOND))
    filled = policy.fill(["second1", "party", "whole"], context_of())
    assert filled.filled.tolist() == [True, True, False]
    assert_allclose(filled.vectors[0], FIRST[301], atol=2e-3)
    assert_allclose(filled.vectors[1], np.full(6, 2) @ PLANTED + SHIFT, atol=2e-3)


def test_a_source_of_the_training_texts_is_asked_about_their_words_alone():
    second = Second(Subwords(COMMON + ONLY_SECOND, SECOND), standalone=False)
    texts = [["second1", "part"]]
    words = ["second1", "second2", "part", "party"]
    assert mapped(second).fill(words, context_of(texts=texts)).filled.tolist() == [True, False, True, False]
    opened = len(second.contexts)
    assert not mapped(second).fill(words, context_of()).filled.any()
    assert len(second.contexts) == opened, "it is not trained again where there are no training texts"


def test_the_second_source_is_opened_in_the_context_of_the_first_and_once_for_one_map():
    second = Second(KnownWords(COMMON + ONLY_SECOND, SECOND))
    policy, embedding = mapped(second), EmbeddingContext(5, COMMON)
    before = policy.fill(ONLY_SECOND, context_of(embedding=embedding))
    after = policy.fill(ONLY_SECOND, context_of(embedding=embedding))
    assert second.contexts == [embedding]
    assert before.vectors.tobytes() == after.vectors.tobytes()
    policy.fill(ONLY_SECOND, context_of(found=FIRST[:300] + 1, embedding=embedding))
    assert len(second.contexts) == 2


def test_a_fasttext_model_answers_for_every_word():
    path = files("gensim") / "test" / "test_data" / "crime-and-punishment.bin"
    second = make_component("embedding", "fasttext", path=str(path))
    known = second.open(EmbeddingContext(0, formats=None))
    words = [block.decode() for block in next(iter(known.blocks())).words][:200]
    found = np.random.default_rng(0).standard_normal((len(words), 3)).astype(np.float32)
    filled = mapped(Second(known)).fill(["qwzxish", "reading", "…"], context_of(words, found))
    assert filled.filled[:2].all()
    assert np.isfinite(filled.vectors).all()


@pytest.mark.parametrize(
    ("fit", "said"),
    [
        ("good", "a HeldOutFit or None"),
        (HeldOutFit(10, 2, float("nan"), 0.1, 1.0), "finite numbers"),
        (HeldOutFit(10, 2, 1.5, 0.1, 1.0), "cosines from -1 to 1"),
        (HeldOutFit(-1, 2, 0.5, 0.1, 1.0), "counts from 0"),
        (HeldOutFit(10, 2, 0.5, 0.1, True), "finite numbers"),
    ],
)
def test_a_policy_must_give_a_fit_of_figures(fit, said):
    answer = Filled(np.zeros((1, 2), np.float32), np.zeros(1, np.bool_), fit=fit)
    with pytest.raises(ComponentError, match=said):
        check_filled(object(), answer, 1, 2)


WORDS = [f"word{a}{b}" for a in "abcdef" for b in "abcdefghij"]
HOLES = ["hole", "gap", "void"]
TEXTS = [" ".join([*(WORDS[(7 * i + j) % 60] for j in range(5)), HOLES[i % 2]]) for i in range(40)]
LATER = ["wordab void wordac", "wordad newcomer hole"]


def recipe_in(folder):
    """Return a recipe whose second vectors, in `folder`, have the words that the first ones lack."""
    save(folder / "first.bin", WORDS, FIRST[:60])
    save(folder / "second.bin", [*WORDS, *HOLES], SECOND[:63])
    source = {"use": "word2vec-binary", "path": str(folder / "second.bin")}
    first = {"use": "word2vec-binary", "path": str(folder / "first.bin")}
    return {
        "name": "mapping",
        "seed": 3,
        "data": {
            "train": {"use": "inline", "texts": TEXTS, "labels": ["pos", "neg"] * 20},
            "test": {"use": "inline", "texts": ["wordab hole", "wordac gap"], "labels": ["pos", "neg"]},
        },
        "tokenizer": "whitespace",
        "embedding": {**first, "trainable": "none", "unseen": "lookup"},
        "oov": [{"use": "mapped", "source": source, "min_common": 20}, "zero"],
        "encoder": "bag",
        "training": {"epochs": 1, "batch_size": 8},
        "evaluation": {"metrics": ["accuracy"], "baselines": [], "function_words": []},
    }


def trained(recipe):
    source = {"use": "word2vec-train", "dim": 5, "min_count": 1, "epochs": 1}
    return {**recipe, "oov": [{"use": "mapped", "source": source, "min_common": 20}, "zero"]}


def evaluated_on(recipe, texts):
    test = {"use": "inline", "texts": texts, "labels": ["pos", "neg"]}
    return {**recipe, "data": {**recipe["data"], "test": test}}


def command(*arguments):
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    assert not ended.value.code


@pytest.fixture(scope="module")
def mapping(tmp_path_factory):
    """A recipe and its run, whose files no test changes."""
    folder = tmp_path_factory.mktemp("mapping")
    recipe = recipe_in(folder)
    return recipe, embedkit.run(recipe, out=folder / "run")


@pytest.fixture
def own(tmp_path):
    """A recipe and its run, whose files a test may change."""
    recipe = recipe_in(tmp_path)
    return recipe, embedkit.run(recipe, out=tmp_path / "run")


def test_a_run_fills_its_holes_and_tells_how_well(mapping):
    _, run = mapping
    rows = run.vocabulary.set_index("word")
    assert rows.loc["hole", ["origin", "via"]].tolist() == ["filled", "mapped"]
    assert_allclose(run.embedding_frame("before").loc["hole"], FIRST[60], atol=2e-2)
    (fit,) = run.read_json("embedding.json")["fits"]
    assert fit["policy"] == "mapped"
    assert (fit["words"], fit["common"], fit["held_out"]) == (2, 60, 12)
    assert fit["cosine"] > 0.99
    assert run.fits[0].fit == HeldOutFit(60, 12, fit["cosine"], fit["cosine_of_mean"], fit["strength"])


def test_explain_tells_how_well_of_a_text_and_of_the_run(mapping, capfd):
    _, run = mapping
    command("explain", str(run.path), "--id", "1", "--split", "test")
    assert "mapped: 2 words given a vector, cosine 1.000" in capfd.readouterr().out
    command("explain", str(run.path), "--id", "1", "--split", "test", "--json")
    assert run.read_json("embedding.json")["fits"] == json.loads(capfd.readouterr().out)[0]["fits"]
    command("explain", str(run.path))
    assert "mapped: 2 words given a vector" in capfd.readouterr().out


def test_the_screen_of_a_run_says_the_cosine_and_of_folds_the_mean(mapping, tmp_path, capfd):
    recipe, _ = mapping
    data = {"train": recipe["data"]["train"], "folds": {"count": 2}}
    (tmp_path / "recipe.yaml").write_text(json.dumps({**recipe, "data": data}))
    command("run", str(tmp_path / "recipe.yaml"), "--out", str(tmp_path / "run"))
    said = capfd.readouterr()
    assert said.err.count("mapped: 2 words given a vector") == 2
    command("explain", str(tmp_path / "run"))
    explained = " ".join(capfd.readouterr().out.split())
    assert "on held-out words (the mean vector " in explained
    assert "means of 2 runs" in explained


def test_a_run_without_such_a_policy_says_nothing_of_it(mapping, tmp_path):
    recipe, _ = mapping
    run = embedkit.run({**recipe, "oov": ["zero"]}, out=tmp_path / "run")
    assert "fits" not in run.read_json("embedding.json")
    assert run.fits == []


def test_a_saved_model_maps_new_words_as_a_run_does(mapping, tmp_path):
    """`void` is in no text of the one run; in the other, it is a word of the test texts."""
    recipe, run = mapping
    at_once = embedkit.run(evaluated_on(recipe, LATER), out=tmp_path / "other")
    assert at_once.read_csv("unseen.csv").set_index("word").loc["void", "via"] == "mapped"
    later = embedkit.load(run.path).predict(LATER)
    shown = at_once.predictions.query("split == 'test'")
    assert later["probability"].tolist() == pytest.approx(shown["probability"].tolist(), abs=1e-6)


def test_a_word_recovered_by_an_edit_is_not_learnt_from_later_either(mapping, tmp_path):
    pytest.importorskip("rapidfuzz")
    recipe, _ = mapping
    train = {
        "use": "inline",
        "texts": [*TEXTS, "wordabx wordacx wordadx"],
        "labels": [*["pos", "neg"] * 20, "pos"],
    }
    recipe = {**recipe, "oov": ["edit-distance", *recipe["oov"]], "data": {**recipe["data"], "train": train}}
    run = embedkit.run(recipe, out=tmp_path / "run")
    at_once = embedkit.run(evaluated_on(recipe, LATER), out=tmp_path / "other")
    assert run.vocabulary.set_index("word").loc["wordabx", "origin"] == "recovered"
    later = embedkit.load(run.path).predict(LATER)
    shown = at_once.predictions.query("split == 'test'")
    assert later["probability"].tolist() == pytest.approx(shown["probability"].tolist(), abs=1e-6)


def test_a_changed_or_missing_second_source_is_refused_for_new_words(own, tmp_path):
    _, run = own
    save(tmp_path / "second.bin", [*WORDS, *HOLES], SECOND[:63] * 2)
    model = embedkit.load(run.path)
    assert len(model.predict(["wordab hole"])) == 1
    with pytest.raises(RunError, match="oov.0.source.path"):
        model.predict(["void"])
    (tmp_path / "second.bin").unlink()
    with pytest.raises(RunError, match="second.bin"):
        embedkit.load(run.path).predict(["void"])
    assert len(embedkit.load(run.path, unseen="unk").predict(["void"])) == 1


def test_a_source_of_the_training_texts_needs_no_training_for_new_words(mapping, tmp_path, monkeypatch):
    recipe, _ = mapping
    first, again = (embedkit.run(trained(recipe), out=tmp_path / name) for name in ("first", "again"))
    for name in ("embedding-before.safetensors", "weights.safetensors", "embedding.json"):
        assert first.file(name).read_bytes() == again.file(name).read_bytes()
    assert first.vocabulary.set_index("word").loc["hole", "via"] == "mapped"
    load_plugins()
    from embedkit_gensim import word2vec

    monkeypatch.setattr(word2vec, "train", lambda *_: pytest.fail("it was trained again"))
    predicted = embedkit.load(first.path).predict(["wordab void", "wordab newcomer"])
    assert predicted["probability"].nunique() == 1


@pytest.mark.parametrize("around", ["concat", "ablation"])
def test_an_embedding_around_a_trained_one_answers_for_the_training_texts_alone(around):
    inner = {"use": "word2vec-train", "dim": 5}
    parameters = {"concat": {"sources": ["random", inner]}, "ablation": {"of": inner, "hidden": 0.1}}
    assert make_component("embedding", around, **parameters[around]).standalone is False
