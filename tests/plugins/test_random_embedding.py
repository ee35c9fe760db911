"""`random`: the numbers of `nn.Embedding`, bit for bit, from a generator of its own."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch import nn

from embedkit.interfaces import EmbeddingContext, VectorSource
from embedkit.interfaces.contracts import check_lookup
from embedkit.plugin.registry import build_registry


@pytest.fixture(scope="module")
def component():
    return build_registry().get("embedding", "random")


def words(count):
    return [f"word{i}" for i in range(count)]


def table(source, names):
    """`<UNK>` and the words: the rows of the table from 1 on."""
    return np.vstack([source.unk, source.lookup(names).vectors])


# torch draws fewer than 16 numbers in another way than more, and a remainder of 16 in yet another
@pytest.mark.parametrize(
    ("rows", "dim"), [(2, 1), (3, 4), (3, 5), (4, 4), (17, 100), (17, 1), (1000, 300), (7, 13)]
)
@pytest.mark.parametrize("seed", [0, 7, 2**32 - 1])
def test_rows_are_those_of_nn_embedding(component, rows, dim, seed):
    names = words(rows - 2)
    normal = component.factory(dim=dim, distribution="normal", scale=1.0)
    source = normal.open(EmbeddingContext(seed=seed, words=names))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        weight = nn.Embedding(rows, dim, padding_idx=0).weight.detach().numpy()
    assert table(source, names).tobytes() == weight[1:].tobytes()


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_the_global_generator_is_left_alone(component, distribution):
    before = torch.get_rng_state()
    component.factory(distribution=distribution).open(EmbeddingContext(seed=3, words=words(50)))
    assert torch.equal(before, torch.get_rng_state())


def test_normal_is_scaled_to_its_standard_deviation(component):
    names = words(2000)
    normal = component.factory(distribution="normal", scale=0.1)
    drawn = table(normal.open(EmbeddingContext(seed=1, words=names)), names)
    assert drawn.mean() == pytest.approx(0, abs=1e-3)
    assert drawn.std() == pytest.approx(0.1, rel=0.01)
    assert np.abs(drawn).max() > 0.3


def test_uniform_fills_its_interval(component):
    names = words(2000)
    uniform = component.factory()
    assert uniform.dim == 300
    drawn = table(uniform.open(EmbeddingContext(seed=1, words=names)), names)
    assert np.abs(drawn).max() <= 0.25
    assert drawn.min() < -0.249
    assert drawn.max() > 0.249
    assert drawn.std() == pytest.approx(0.5 / 12**0.5, rel=0.01)


def test_lookup_finds_exactly_the_words_of_the_vocabulary(component):
    names = ["good", "bad", "Film"]
    source = component.factory(dim=4).open(EmbeddingContext(seed=0, words=names))
    asked = ["Film", "film", "good", "<UNK>", "<PAD>", "good"]
    lookup = check_lookup(source, source.lookup(asked), len(asked), 4)
    assert lookup.rows.tolist() == [2, -1, 0, -1, -1, 0]
    assert lookup.found.tolist() == [True, False, True, False, False, True]
    assert not lookup.vectors[~lookup.found].any()
    assert (lookup.vectors[2] == lookup.vectors[5]).all()
    assert isinstance(source, VectorSource)
    assert source.dim == 4
    assert source.unk.dtype == np.float32


def test_asking_for_nothing_gives_nothing(component):
    source = component.factory(dim=4).open(EmbeddingContext(seed=0))
    check_lookup(source, source.lookup([]), 0, 4)


def test_what_is_handed_out_can_be_written_to(component):
    source = component.factory(dim=4).open(EmbeddingContext(seed=0, words=["a"]))
    before = table(source, ["a"])
    source.unk[:] = 0
    source.lookup(["a"]).vectors[:] = 0
    assert (table(source, ["a"]) == before).all()


def test_another_seed_gives_other_vectors(component):
    one, two = (component.factory().open(EmbeddingContext(seed=seed, words=["a"])) for seed in (1, 2))
    assert not (table(one, ["a"]) == table(two, ["a"])).any()


@pytest.mark.parametrize(
    "keys",
    [{"dim": 0}, {"dim": 2.5}, {"scale": 0.0}, {"scale": -1.0}, {"distribution": "cauchy"}, {"std": 1.0}],
)
def test_bad_keys_are_refused(component, keys):
    with pytest.raises(ValidationError):
        component.parameters(**keys)


def test_defaults(component):
    assert component.parameters().model_dump() == {"dim": 300, "distribution": "uniform", "scale": 0.25}
