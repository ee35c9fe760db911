"""`tokenizers`: pieces of a real tokenizer.json, and vectors in model2vec's layout that go with no other."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file

import embedkit
from embedkit.errors import DataError, RecipeError, RunError, VectorFileError
from embedkit.plugin.registry import build_registry

FACTORY = build_registry().get("tokenizer", "tokenizers").factory
installed = pytest.mark.skipif(
    importlib.util.find_spec("tokenizers") is None, reason="the extra [tokenizers] is not installed"
)

TEXTS = [
    "An unflinching, moving film about memory and forgetting.",
    "A dull, plodding and forgettable mess.",
    "Warm, funny and moving; a film to remember.",
    "Dull jokes, dull plot: I forgot it all.",
    "The cast is charming and the film is unforgettable!",
    "It plods, it drags, it is a charmless bore.",
]
LABELS = ["good", "bad", "good", "bad", "good", "bad"]
STRANGE = ["", "   ", "film", "日本 film ½", "unflinchingly remembered 🎬"]


def wordpiece():
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    special = ["[UNK]", "[CLS]", "[SEP]"]
    tokenizer.train_from_iterator(TEXTS, trainers.WordPieceTrainer(vocab_size=90, special_tokens=special))
    around = [("[CLS]", 1), ("[SEP]", 2)]
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=around)
    return tokenizer


def unigram():
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=80, unk_token="<unk>", special_tokens=["<unk>"])
    tokenizer.train_from_iterator(TEXTS, trainer)
    return tokenizer


def bpe():
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=320, initial_alphabet=alphabet, special_tokens=["</s>"])
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.add_tokens(["unforgettable"])
    return tokenizer


KINDS = {"wordpiece": wordpiece, "unigram": unigram, "bpe": bpe}


@pytest.fixture(params=KINDS)
def model(request, tmp_path):
    """A folder as model2vec writes it: tokenizer.json, and a row for each of its pieces."""
    return write_model(tmp_path / "model", KINDS[request.param]())


@pytest.fixture
def bert(tmp_path):
    return write_model(tmp_path / "model", wordpiece())


def write_model(folder, tokenizer):
    folder.mkdir()
    tokenizer.enable_truncation(3)
    tokenizer.enable_padding(length=9)
    tokenizer.save(str(folder / "tokenizer.json"))
    rows = np.random.default_rng(3).normal(size=(tokenizer.get_vocab_size(), 8)).astype(np.float32)
    save_file({"embeddings": rows}, folder / "model.safetensors")
    (folder / "config.json").write_text('{"normalize": true}')
    return folder


def reference(folder):
    """The file by the package itself, without truncation and padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def recipe(folder, **changes):
    return {
        "name": "pieces",
        "data": {"train": {"use": "inline", "texts": TEXTS, "labels": LABELS}},
        "tokenizer": {"use": "tokenizers", "path": str(folder / "tokenizer.json")},
        "embedding": {"use": "vectors", "path": str(folder / "model.safetensors"), "trainable": "none"},
        "oov": ["error"],
        "encoder": {"use": "rnn", "hidden_size": 4},
        "training": {"epochs": 2, "batch_size": 2},
        **changes,
    }


@installed
def test_tokens_are_those_of_the_ids_that_the_package_gives(model):
    own, texts = reference(model), TEXTS + STRANGE
    tokens = FACTORY(path=str(model / "tokenizer.json")).tokenize(texts)
    ids = [encoding.ids for encoding in own.encode_batch(texts, add_special_tokens=False)]
    assert [[own.token_to_id(token) for token in each] for each in tokens] == ids
    assert max(map(len, tokens)) > 9
    assert tokens[len(TEXTS)] == []
    assert not {"[CLS]", "[SEP]"} & {token for each in tokens for token in each}


@installed
def test_the_rows_of_pieces_are_those_of_their_ids(model):
    from safetensors.numpy import load_file

    matrix, own = load_file(model / "model.safetensors")["embeddings"], reference(model)
    source = embedkit.open_vectors(model / "model.safetensors")
    assert source.tokenizer_file == model / "tokenizer.json"
    texts = TEXTS + STRANGE
    tokenized = FACTORY(path=str(source.tokenizer_file)).tokenize(texts)
    for text, tokens in zip(texts, tokenized, strict=True):
        lookup = source.lookup(tokens)
        ids = own.encode(text, add_special_tokens=False).ids
        assert lookup.rows.tolist() == ids
        assert lookup.vectors.tobytes() == matrix[ids].tobytes()


@installed
def test_a_recipe_trains_with_it_and_the_run_predicts(model, tmp_path):
    run = embedkit.run(recipe(model), out=tmp_path / "run")
    vocabulary, own = run.vocabulary, reference(model)
    assert {*vocabulary["origin"][2:]} == {"found"}
    assert {*vocabulary["word"][2:]} == {
        t for text in TEXTS for t in own.encode(text, add_special_tokens=False).tokens
    }
    assert run.metrics["train"]["n"] == len(TEXTS)
    prediction = embedkit.load(tmp_path / "run").predict(["a moving film"])
    assert prediction["unseen"].item() == 0 < prediction["tokens"].item()


@installed
@pytest.mark.parametrize("tokenizer", ["whitespace", "nltk-wordpunct"])
def test_another_tokenizer_is_an_error_that_says_what_to_write(bert, tokenizer, tmp_path):
    with pytest.raises(RecipeError) as caught:
        embedkit.run(recipe(bert, tokenizer=tokenizer), out=tmp_path / "run")
    path = bert / "tokenizer.json"
    assert str(caught.value) == (
        f"tokenizer: the vectors are of the pieces of '{path}', and this tokenizer cuts texts otherwise\n"
        f"    Write: tokenizer: {{use: tokenizers, path: '{path}'}}"
    )
    assert not (tmp_path / "run").exists()


@installed
def test_another_tokenizer_json_is_an_error_and_a_copy_is_not(bert, tmp_path):
    copy = tmp_path / "copy.json"
    shutil.copy(bert / "tokenizer.json", copy)
    embedkit.run(recipe(bert, tokenizer={"use": "tokenizers", "path": str(copy)}), out=tmp_path / "same")
    changed = json.loads(copy.read_text())
    changed["normalizer"]["lowercase"] = False
    copy.write_text(json.dumps(changed))
    with pytest.raises(
        RecipeError, match=re.escape(f"this tokenizer follows '{copy}', which is another file")
    ):
        embedkit.run(recipe(bert, tokenizer={"use": "tokenizers", "path": str(copy)}), out=tmp_path / "other")


@installed
def test_side_by_side_they_still_need_their_tokenizer(bert, tmp_path):
    both = {"use": "concat", "sources": [{"use": "random", "dim": 2}, recipe(bert)["embedding"] | {}]}
    both["sources"][1].pop("trainable")
    run = embedkit.run(recipe(bert, embedding=both), out=tmp_path / "run")
    assert run.embedding_frame().shape[1] == 10
    with pytest.raises(RecipeError, match="the vectors are of the pieces of"):
        embedkit.run(recipe(bert, embedding=both, tokenizer="whitespace"), out=tmp_path / "other")


@installed
def test_pieces_of_two_tokenizers_do_not_stand_side_by_side(bert, tmp_path):
    other = write_model(tmp_path / "unigram", unigram())
    sources = [{"use": "vectors", "path": str(each / "model.safetensors")} for each in (bert, other)]
    with pytest.raises(VectorFileError, match="sources are of the pieces of different tokenizers"):
        embedkit.run(recipe(bert, embedding={"use": "concat", "sources": sources}), out=tmp_path / "run")


@installed
def test_a_run_is_not_loaded_with_a_tokenizer_that_was_changed(bert, tmp_path):
    embedkit.run(recipe(bert), out=tmp_path / "run")
    with (bert / "tokenizer.json").open("a") as file:
        file.write("\n")
    with pytest.raises(
        RunError, match=r"tokenizer\.path: .* is not the file that the model was trained with"
    ):
        embedkit.load(tmp_path / "run")


@installed
def test_words_of_a_changed_tokenizer_json_are_never_taken_from_the_cache(bert, tmp_path, monkeypatch):
    """The rows of large files are kept by the file's content alone, and the words are in another file."""
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    vocabulary = {word: row for row, word in enumerate(["film", *(f"w{i}" for i in range(2**19 - 1))])}
    described = {"model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "film"}}
    save_file({"embeddings": np.arange(2**20, dtype=np.float32).reshape(-1, 2)}, bert / "model.safetensors")
    (bert / "tokenizer.json").write_text(json.dumps(described))
    path = bert / "model.safetensors"
    assert path.stat().st_size > 4 * 2**20
    assert embedkit.open_vectors(path).lookup(["film"]).rows.tolist() == [0]
    vocabulary["film"], vocabulary["w0"] = 1, 0
    (bert / "tokenizer.json").write_text(json.dumps(described))
    assert embedkit.open_vectors(path).lookup(["film"]).rows.tolist() == [1]


@installed
@pytest.mark.parametrize("content", ["", "{}", '{"model": {"type": "Strange"}}', "\xff"])
def test_what_is_no_tokenizer_json(content, tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(DataError, match=r"tokenizer\.json: is not a tokenizer\.json: "):
        FACTORY(path=str(path)).tokenize(["a"])


@installed
def test_a_lone_surrogate_is_refused(bert):
    with pytest.raises(DataError, match="a text holds a lone surrogate"):
        FACTORY(path=str(bert / "tokenizer.json")).tokenize(["a \ud800"])


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(DataError) as caught:
        FACTORY(path=os.devnull).tokenize(["a"])
    assert str(caught.value) == (
        "tokenizer: the package tokenizers is not installed\n    Install it: pip install tokenizers"
    )


@installed
def test_what_is_hidden_of_them_still_needs_the_tokenizer_of_the_pieces(model, tmp_path):
    vectors = {"use": "vectors", "path": str(model / "model.safetensors")}
    said = recipe(model, oov=["zero"], embedding={"use": "ablation", "hidden": 0.1, "of": vectors})
    assert embedkit.run(said, out=tmp_path / "run").metrics["train"]["n"]
    with pytest.raises(RecipeError, match="the vectors are of the pieces of"):
        embedkit.run(said, set={"tokenizer": "whitespace"}, out=tmp_path / "another")
