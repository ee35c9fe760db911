"""What each filling policy writes, against ten found rows and computations of another kind."""

from __future__ import annotations

import hashlib
import math
import statistics
import struct
import unicodedata
from statistics import NormalDist

import numpy as np
import pytest
from pydantic import ValidationError

from embedkit.errors import ComponentError, VocabularyError
from embedkit.interfaces import FillContext, Lookup
from embedkit.interfaces.contracts import check_filled
from embedkit.plugin.registry import build_registry
from embedkit.vectors import open_vectors

FOUND = np.array(
    [[0, 10], [2, 10], [4, 10], [6, 10], [8, 10], [0, -10], [2, -10], [4, -10], [6, -10], [8, -10]],
    dtype=np.float32,
)
"""Per dimension: means 4 and 0, variances 8 and 100; overall: mean 2, variance 58."""

WORDS = ["qwzx", "naïve", "日本", "<UNK>"]


class Source:
    dim = 2
    unk = None

    def lookup(self, words):
        raise AssertionError("no policy that fills looks words up")


class WithSubwords(Source):
    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def subword(self, words):
        self.asked += words
        return self.answer


@pytest.fixture(scope="module")
def registry():
    return build_registry()


@pytest.fixture(scope="module")
def fill(registry):
    """The checked rows that a policy gives."""

    def rows(name, words, found=FOUND, seed=0, source=None, **keys):
        policy = registry.get("oov", name).factory(**keys)
        source = source or Source()
        source.dim = found.shape[1] if not isinstance(source, WithSubwords) else source.dim
        answer = policy.fill(words, FillContext(source, found, np.random.default_rng(seed)))
        check_filled(policy, answer, len(words), source.dim)
        assert answer.filled.all() or not policy.total
        return answer.vectors if policy.total else answer

    return rows


def wide(words, dim=2000):
    """Found rows of enough dimensions to measure a distribution, with means 4 and 0 in turn."""
    return np.repeat(FOUND, dim // 2, axis=1), [f"w{i}" for i in range(words)]


class TestMean:
    def test_is_the_mean_of_each_dimension(self, fill):
        np.testing.assert_array_equal(fill("mean", WORDS), [[4, 0]] * 4)

    def test_of_one_row_is_that_row(self, fill):
        np.testing.assert_array_equal(fill("mean", ["a"], FOUND[3:4]), [[6, 10]])

    def test_is_summed_in_double_precision(self, fill):
        found = np.full((300_001, 1), 0.1, dtype=np.float32)
        found[0] = 2**20
        expected = math.fsum(found[:, 0].tolist()) / len(found)
        assert fill("mean", ["a"], found)[0, 0] == np.float32(expected)


class TestNormal:
    @pytest.mark.parametrize(
        ("keys", "means", "deviations"),
        [
            ({}, [4, 0], [math.sqrt(8), 10]),
            ({"per": "dimension"}, [4, 0], [math.sqrt(8), 10]),
            ({"per": "overall"}, [2, 2], [math.sqrt(58)] * 2),
        ],
    )
    def test_has_the_mean_and_deviation_of_the_found_rows(self, fill, keys, means, deviations):
        found, words = wide(100)
        rows = fill("normal", words, found, **keys).reshape(-1)
        for half in (0, 1):
            values = rows.reshape(100, 2, -1)[:, half].ravel()
            tolerance = 4 * deviations[half] / math.sqrt(len(values))
            assert abs(values.mean() - means[half]) < tolerance
            assert abs(values.std() - deviations[half]) < tolerance

    def test_is_normal(self, fill):
        from scipy.stats import kstest

        found, words = wide(50)
        values = fill("normal", words, found, per="overall").ravel()
        assert kstest(values, "norm", args=(2, math.sqrt(58))).pvalue > 0.001

    def test_rows_are_quantiles_of_the_keyed_bits(self, fill):
        key = np.random.default_rng(5).bytes(16)
        bits = struct.unpack("<2I", hashlib.shake_128(key + b"\0qwzx").digest(8))
        standard = [NormalDist().inv_cdf((each + 0.5) / 2**32) for each in bits]
        expected = [4 + math.sqrt(8) * standard[0], 10 * standard[1]]
        np.testing.assert_allclose(fill("normal", ["qwzx"], seed=5)[0], expected, rtol=1e-6)

    def test_one_found_row_leaves_nothing_to_chance(self, fill):
        np.testing.assert_array_equal(fill("normal", WORDS, FOUND[:1]), [[0, 10]] * 4)


class TestUniform:
    @pytest.mark.parametrize(
        ("keys", "half_widths"),
        [
            ({}, [math.sqrt(3 * 58)] * 2),
            ({"per": "overall"}, [math.sqrt(3 * 58)] * 2),
            ({"per": "dimension"}, [math.sqrt(24), math.sqrt(300)]),
        ],
    )
    def test_spans_an_interval_with_the_found_rows_variance(self, fill, keys, half_widths):
        found, words = wide(100)
        rows = fill("uniform", words, found, **keys).reshape(100, 2, -1)
        for half, a in enumerate(half_widths):
            values = rows[:, half].ravel()
            assert np.abs(values).max() <= np.float32(a)
            assert np.abs(values).max() > 0.999 * a
            assert values.var() == pytest.approx(a * a / 3, rel=0.02)
            assert abs(values.mean()) < 4 * values.std() / math.sqrt(len(values))

    def test_kims_quarter(self, fill):
        """Kim's U[-0.25, 0.25] for GoogleNews, whose numbers have a variance of about 0.0208."""
        found = np.array([[-1], [1]], dtype=np.float32) * np.float32(0.25 / math.sqrt(3))
        values = fill("uniform", [f"w{i}" for i in range(3000)], found)
        assert 0.249 < np.abs(values).max() <= 0.2500001

    def test_blocks_make_no_difference_to_the_variance(self, fill):
        found = np.random.default_rng(1).normal(3, 0.5, (20_000, 1)).astype(np.float32)
        a = math.sqrt(3 * statistics.pvariance(found[:, 0].tolist()))
        one = fill("uniform", ["w"], found, seed=2) / fill("uniform", ["w"], FOUND, seed=2)[0, 0]
        assert one[0, 0] == pytest.approx(a / math.sqrt(3 * 58), rel=1e-5)


class TestHash:
    def test_is_what_the_page_says(self, fill):
        bits = struct.unpack("<3I", hashlib.shake_128(b"pepper\0" + "naïve".encode()).digest(12))
        expected = [((each >> 8) / 2**23 - 1) * 0.5 for each in bits]
        found = np.zeros((0, 3), dtype=np.float32)
        np.testing.assert_array_equal(fill("hash", ["naïve"], found, salt="pepper", scale=0.5)[0], expected)

    def test_never_changes(self, fill):
        rows = fill("hash", ["embedding"], np.zeros((0, 4), np.float32))
        assert rows.tolist() == [
            [-0.018345534801483154, -0.0495435893535614, 0.23104432225227356, -0.24785757064819336]
        ]

    def test_neither_seed_nor_order_nor_company_nor_found_rows_matter(self, fill):
        alone = fill("hash", ["qwzx"], seed=1)
        among = fill("hash", ["other", "qwzx", "third"], np.zeros((0, 2), np.float32), seed=2)
        np.testing.assert_array_equal(alone[0], among[1])
        assert not np.array_equal(among[0], among[1])

    def test_one_word_in_two_compositions_is_one_word(self, fill):
        composed, decomposed = fill("hash", ["naïve", unicodedata.normalize("NFD", "naïve")])
        np.testing.assert_array_equal(composed, decomposed)

    def test_salt_changes_every_row(self, fill):
        assert not np.array_equal(fill("hash", ["w"]), fill("hash", ["w"], salt="1"))

    def test_a_salt_is_no_part_of_the_word(self, fill):
        assert not np.array_equal(fill("hash", ["bc"], salt="a"), fill("hash", ["c"], salt="ab"))

    def test_found_scales_as_uniform_does_and_keeps_the_direction(self, fill):
        ratio = fill("hash", ["w"], scale="found") / fill("hash", ["w"], scale=1)
        np.testing.assert_allclose(ratio, math.sqrt(3 * 58), rtol=1e-6)

    def test_is_uniform(self, fill):
        from scipy.stats import kstest

        found, words = wide(50)
        assert kstest(fill("hash", words, found, scale=1.0).ravel(), "uniform", args=(-1, 2)).pvalue > 0.001

    @pytest.mark.parametrize("scale", [0, -1.0, "other", None])
    def test_other_scales_are_refused(self, registry, scale):
        with pytest.raises(ValidationError):
            registry.get("oov", "hash").parameters(scale=scale)


@pytest.mark.parametrize("name", ["normal", "uniform"])
class TestDraws:
    def test_follow_from_the_seed(self, fill, name):
        np.testing.assert_array_equal(fill(name, WORDS, seed=1), fill(name, WORDS, seed=1))
        assert not np.array_equal(fill(name, WORDS, seed=1), fill(name, WORDS, seed=2))

    def test_do_not_depend_on_other_missing_words(self, fill, name):
        np.testing.assert_array_equal(fill(name, WORDS)[2], fill(name, [WORDS[2]])[0])

    def test_differ_from_word_to_word(self, fill, name):
        assert len(np.unique(fill(name, WORDS), axis=0)) == len(WORDS)

    def test_ten_thousand_words_are_drawn_in_blocks_as_one_by_one(self, fill, name):
        words = [f"w{i}" for i in range(10_000)]
        np.testing.assert_array_equal(
            fill(name, words)[[0, 8191, 8192, 9999]][:, 0],
            [fill(name, [words[i]])[0, 0] for i in (0, 8191, 8192, 9999)],
        )


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("mean", {}),
        ("normal", {}),
        ("normal", {"per": "overall"}),
        ("uniform", {}),
        ("hash", {"scale": "found"}),
    ],
)
def test_no_found_row_is_an_error(fill, name, keys):
    with pytest.raises(VocabularyError) as caught:
        fill(name, ["w"], np.zeros((0, 2), np.float32), **keys)
    assert str(caught.value) == (
        "oov: no word of the vocabulary was found, so there is nothing to take mean and deviation from\n"
        "    Are these the vectors of the texts' language, and are its words spelt like the tokens?"
    )


@pytest.mark.parametrize("name", ["mean", "normal", "uniform", "hash"])
def test_no_words_no_rows(fill, name):
    assert fill(name, []).shape == (0, 2)


class TestSubword:
    def test_a_source_without_subwords_leaves_every_word(self, fill):
        answer = fill("subword", WORDS, source=Source())
        assert not answer.filled.any()

    def test_asks_the_source_for_all_but_the_row_of_unknown_words(self, fill):
        found = np.array([True, False, True])
        given = Lookup(np.array([[1, 2], [0, 0], [5, 6]], np.float32), found, np.full(3, -1))
        source = WithSubwords(given)
        answer = fill("subword", ["<UNK>", "a", "b", "c"], source=source)
        assert source.asked == ["a", "b", "c"]
        assert answer.filled.tolist() == [False, True, False, True]
        assert answer.vectors.tolist() == [[0, 0], [1, 2], [0, 0], [5, 6]]

    def test_a_source_that_breaks_its_promise_is_named(self, fill):
        given = Lookup(np.ones((1, 3), np.float32), np.array([True]), np.full(1, -1))
        with pytest.raises(ComponentError) as caught:
            fill("subword", ["a"], source=WithSubwords(given))
        assert str(caught.value) == (
            "test_oov_fills.WithSubwords.subword().vectors: expected an array of float32 and shape [1, 2], "
            "got ndarray of float32 and shape [1, 3]"
        )

    def test_vectors_of_a_fasttext_model_are_those_of_gensim(self, registry):
        from gensim.models.fasttext import load_facebook_vectors
        from gensim.test.utils import datapath

        path = datapath("crime-and-punishment.bin")
        source = open_vectors(path)
        policy = registry.get("oov", "subword").factory()
        words = ["<UNK>", "непреступление", "qwzx"]
        answer = policy.fill(words, FillContext(source, FOUND, np.random.default_rng(0)))
        assert answer.filled.tolist() == [False, True, True]
        expected = load_facebook_vectors(path)
        np.testing.assert_allclose(answer.vectors[1:], [expected[word] for word in words[1:]], rtol=1e-5)
