"""`distilled`: the vectors are what the text encoder gives for the words, alone or in their sentences."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from embedkit_distilled.embedding import Distilled
from small_text_encoder import D, SmallModel

from embedkit.errors import DataError, RecipeError, VectorFileError, VocabularyError
from embedkit.files.cache import entries
from embedkit.files.storage import InMemory
from embedkit.interfaces import EmbeddingContext
from embedkit.interfaces.contracts import check_lookup
from embedkit.model.encoded_texts import encode_texts
from embedkit.tasks.trained_vectors import KeptEmbedding

TEXTS = [["the", "plot", "is", "dull"], ["a", "marvellous", "plot"], ["the", "film", "the", "plot"], []]
WORDS = ["the", "plot", "is", "dull", "a", "marvellous", "film"]
EMOJI = "\N{GRINNING FACE}"


@dataclass
class Small:
    """A text encoder that opens the small model, and counts how often."""

    digest: str = "small"
    opened: list[object] = field(default_factory=list)

    def open(self, context):
        self.opened.append(context)
        return SmallModel(self.digest)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))


def distilled(words=WORDS, texts=TEXTS, **keys):
    keys.setdefault("encoder", Small())
    source = Distilled(**keys).open(EmbeddingContext(1, words, lambda: texts))
    return source, check_lookup(source, source.lookup(words), len(words), source.dim)


def states(text):
    return encode_texts(SmallModel(), [text], pooled=False, storage=InMemory()).values


def pooled(texts):
    return encode_texts(SmallModel(), texts, pooled=True, storage=InMemory()).values


def test_alone_is_the_pooled_vector_of_the_word():
    source, lookup = distilled()
    assert (source.dim, source.unk) == (D, None)
    assert lookup.found.all()
    np.testing.assert_allclose(lookup.vectors, pooled(WORDS), atol=1e-6)


def test_in_sentences_is_the_mean_of_its_states_there():
    _, lookup = distilled(read="sentences")
    first, second, third = (states(" ".join(tokens)) for tokens in TEXTS[:3])
    expected = {
        "the": np.mean([first[0], third[0], third[2]], axis=0),
        "plot": np.mean([first[1], second[2], third[3]], axis=0),
        "marvellous": second[1],
    }
    for word, vector in expected.items():
        np.testing.assert_allclose(lookup.vectors[WORDS.index(word)], vector, atol=1e-6)


def test_of_many_occurrences_some_are_read():
    _, lookup = distilled(read="sentences", sentences=1)
    np.testing.assert_allclose(lookup.vectors[0], states("the film the plot")[2], atol=1e-6)


def test_a_token_of_several_words_is_their_mean():
    texts = [["the New York", "film"]]
    _, lookup = distilled(["the New York"], texts, read="sentences")
    np.testing.assert_allclose(lookup.vectors[0], states("the New York film")[:3].mean(axis=0), atol=1e-6)


def test_a_word_that_is_always_cut_is_read_alone():
    long = ["word"] * 12 + ["last"]
    _, lookup = distilled(["word", "last"], [long], read="sentences")
    np.testing.assert_allclose(lookup.vectors[1], pooled(["last"])[0], atol=1e-6)
    assert not np.allclose(lookup.vectors[0], pooled(["word"])[0])


@pytest.mark.parametrize("read", ["alone", "sentences"])
def test_words_that_the_model_does_not_know_are_not_found(read, caplog):
    words = ["film", EMOJI, "dull" + EMOJI, "", " "]
    with caplog.at_level("INFO"):
        _, lookup = distilled(words, [["film", EMOJI, "dull" + EMOJI]], read=read)
    assert lookup.found.tolist() == [True, False, True, False, False]
    (record,) = [each for each in caplog.records if each.name == "embedkit.distilled"]
    assert (record.words, record.unknown, record.cut) == (5, 3, 0)


def test_a_word_longer_than_the_model_reads_is_warned_of(caplog):
    distilled(["film", "many words " * 9])
    (record,) = [each for each in caplog.records if each.name == "embedkit.distilled"]
    assert (record.levelname, record.cut) == ("WARNING", 1)


def test_words_outside_the_vocabulary_are_not_found():
    source, _ = distilled(["film", "plot"])
    assert source.lookup(["Film", "the", "", EMOJI]).found.tolist() == [False] * 4


def test_components_and_weights():
    words = [f"w{number}" for number in range(30)]
    texts = [words[: number + 1] for number in range(30)]
    _, plain = distilled(words, texts)
    source, lookup = distilled(words, texts, dim=2, weighting="sif", sif_coefficient=0.01)
    assert source.dim == 2
    centred = plain.vectors - plain.vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centred)
    shares = np.arange(30, 0, -1) / sum(range(1, 31))
    expected = (centred @ directions[:2].T) * (0.01 / (0.01 + shares))[:, None]
    np.testing.assert_allclose(np.abs(lookup.vectors), np.abs(expected), atol=1e-5)


def test_removed_components():
    words = [f"w{number}" for number in range(30)]
    _, all_of_them = distilled(words, dim=4)
    _, lookup = distilled(words, dim=2, removed=2)
    np.testing.assert_allclose(lookup.vectors, all_of_them.vectors[:, 2:], atol=1e-6)
    assert distilled(words, removed=2)[0].dim == D - 2


def test_no_seed_and_no_order_of_texts_changes_them():
    one = Distilled(encoder=Small()).train(EmbeddingContext(1, WORDS, lambda: TEXTS))
    other = Distilled(encoder=Small()).train(EmbeddingContext(2, WORDS, lambda: TEXTS[::-1]))
    assert one[0] == other[0]
    assert one[1].tobytes() == other[1].tobytes()


def test_they_depend_on_the_model_and_the_words():
    def key(words=WORDS, **keys):
        return Distilled(encoder=Small(**keys)).depends_on(EmbeddingContext(1, words, lambda: TEXTS))

    assert len({key(), key(digest="other"), key(WORDS[1:]), key(WORDS[::-1])}) == 4
    assert key() == key()


@pytest.mark.parametrize(
    ("keys", "error", "message"),
    [
        ({"words": []}, VocabularyError, "there are no words to read"),
        ({"words": [EMOJI, ""]}, VocabularyError, "knows no part of any word"),
        ({"dim": 7}, RecipeError, "embedding.dim: 7 principal components of vectors with 6 dimensions"),
        ({"dim": 4, "removed": 3}, RecipeError, "embedding.removed: 7 principal components"),
        ({"removed": 6}, RecipeError, "embedding.removed: 7 principal components"),
        ({"words": WORDS[:3], "dim": 3}, VocabularyError, "3 principal components need more words, .* 3"),
        ({"texts": [], "read": "sentences"}, DataError, "embedding.read: there are no training texts"),
        ({"texts": [[]], "weighting": "sif"}, DataError, "embedding.weighting: there are no training texts"),
    ],
)
def test_what_cannot_be_done_is_an_error(keys, error, message):
    with pytest.raises(error, match=message):
        distilled(**keys)


def test_what_the_text_encoder_raises_is_passed_on():
    class Broken:
        def open(self, context):
            raise VectorFileError("model.safetensors: damaged")

    with pytest.raises(VectorFileError, match="damaged"):
        distilled(encoder=Broken())


def test_the_text_encoder_has_the_trust_and_the_progress_of_the_run():
    told = []
    encoder = Small()
    context = EmbeddingContext(
        1, WORDS, lambda: TEXTS, progress=lambda done, total: told.append((done, total)), trust=True
    )
    Distilled(encoder=encoder, read="sentences").open(context)
    assert all(each.trust for each in encoder.opened)
    assert (3, 3) in told


@pytest.mark.parametrize("read", ["alone", "sentences"])
def test_what_was_read_once_is_not_read_again(read):
    class Counting(Small):
        def open(self, context):
            models.append(super().open(context))
            return models[-1]

    models: list[SmallModel] = []
    for keys in ({}, {"dim": 3}, {"texts": TEXTS[::-1]}, {"words": WORDS[2:]}):
        distilled(encoder=Counting(), read=read, **keys)
    assert [bool(model.read) for model in models] == [True, False, False, False]


def test_vectors_are_in_the_cache_by_model_and_words(monkeypatch):
    monkeypatch.setattr("embedkit.tasks.trained_vectors.WORTH_KEEPING", 0.0)
    monkeypatch.setattr("embedkit.tasks.trained_vectors.FEWEST_TOKENS", 1)

    def kept(words=WORDS, texts=TEXTS, seed=1, digest="small"):
        embedding = KeptEmbedding(Distilled(encoder=Small(digest)), "distilled", "its code")
        source = embedding.open(EmbeddingContext(seed, words, lambda: texts))
        return source.lookup(WORDS), sum("trained" in entry.path.parts for entry in entries())

    plain, count = kept()
    assert count == 1
    again, count = kept(seed=2)
    assert count == 1, "another seed gives the same vectors"
    assert again.vectors.tobytes() == plain.vectors.tobytes() == distilled()[1].vectors.tobytes()
    assert [kept(words=WORDS[:3])[1], kept(digest="other")[1], kept(texts=TEXTS[1:])[1]] == [2, 3, 4]
