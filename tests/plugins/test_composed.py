"""`ensemble` and `slice`: encoders made of other encoders."""

from __future__ import annotations

import pytest
import torch

import embedkit
from embedkit.errors import RecipeError
from embedkit.plugin.registry import build_registry
from embedkit.recipe.build import Part
from embedkit.recipe.sections.section import spec_of

REGISTRY = build_registry()
D = 6
BAG, RNN, CNN = (
    "bag",
    {"use": "rnn", "hidden_size": 4},
    {"use": "cnn", "widths": [2], "maps": 5, "dropout": 0.0},
)
NOTEBOOK = {"use": "rnn", "hidden_size": 4, "mask_padding": False}


def made(plain):
    return Part(REGISTRY, "encoder", spec_of(plain), "encoder").make()


def ensemble(*encoders):
    return {"use": "ensemble", "encoders": [*encoders]}


@pytest.fixture(autouse=True)
def seeded():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        yield


@pytest.fixture
def texts():
    return torch.randn(30, 7, D), torch.arange(7) < torch.randint(1, 8, (30, 1))


def built(plain, width=D):
    torch.manual_seed(1)
    return made(plain).build(width)


def test_logits_are_the_mean_of_what_the_members_would_give_alone(texts):
    module = built(ensemble(RNN, CNN, BAG)).eval()
    head = torch.nn.Linear(module.output_dim, 3)
    alone = [member(*texts) for member in module.members]
    sizes = [4, 5, D]
    assert [each.shape[1] for each in alone] == sizes
    each = [
        part @ weight.T + head.bias for part, weight in zip(alone, head.weight.split(sizes, 1), strict=True)
    ]
    torch.testing.assert_close(head(module(*texts)), torch.stack(each).mean(dim=0))


def test_members_draw_their_weights_one_after_another():
    module = built(ensemble(RNN, CNN))
    torch.manual_seed(1)
    for member, plain in zip(module.members, (RNN, CNN), strict=True):
        again = made(plain).build(D).state_dict()
        assert all(torch.equal(again[name], weight) for name, weight in member.state_dict().items())


def test_in_training_a_text_has_one_member_which_reads_it_as_it_would_alone(texts):
    module = built(ensemble(BAG, BAG, CNN)).train()
    read = torch.stack([part.abs().sum(dim=1) > 0 for part in module(*texts).split([D, D, 5], 1)])
    assert torch.equal(read.sum(dim=0), torch.ones(30, dtype=torch.int64))
    assert read.sum(dim=1).tolist() == [10, 10, 10]
    encoded = module(*texts)[:, :D]
    mine = encoded.abs().sum(dim=1) > 0
    torch.testing.assert_close(encoded[mine], module.members[0](*texts)[mine])


def test_every_member_meets_every_text_sooner_or_later(texts):
    module = built(ensemble(BAG, BAG, BAG)).train()
    one = [tensor[:1] for tensor in texts]
    met = [module(*one).split(D, 1) for _ in range(60)]
    counts = torch.tensor([[bool(part.any()) for part in parts] for parts in met]).sum(dim=0)
    assert counts.sum() == 60
    assert counts.min() > 8


def test_a_member_is_trained_by_its_own_texts_alone(texts):
    module = built(ensemble(BAG, BAG)).train()
    embedded = texts[0].requires_grad_()
    encoded = module(embedded, texts[1])
    encoded[:, :D].sum().backward()
    reached = embedded.grad.abs().sum(dim=(1, 2)) > 0
    assert torch.equal(reached, encoded[:, :D].abs().sum(dim=1) > 0)
    assert reached.sum() == 15


def test_more_members_than_texts(texts):
    module = built(ensemble(RNN, CNN, BAG)).train()
    encoded = module(*[tensor[:2] for tensor in texts])
    assert encoded.shape == (2, module.output_dim)
    assert encoded.any(dim=1).all()


def test_columns_are_what_the_encoder_reads(texts):
    embedded, mask = texts
    module = built({"use": "slice", "first": 1, "count": 3, "encoder": CNN}).eval()
    alone = built(CNN, 3).eval()
    assert torch.equal(module(embedded, mask), alone(embedded[:, :, 1:4], mask))
    rest = built({"use": "slice", "first": 4, "encoder": BAG})
    assert rest.output_dim == 2


@pytest.mark.parametrize("frozen", [True, False])
def test_no_gradient_goes_through_frozen_columns_and_the_encoder_learns(texts, frozen):
    embedded = texts[0].requires_grad_()
    plain = {"use": "slice", "first": 2, "frozen": frozen, "encoder": CNN}
    module = built(ensemble(BAG, plain)).eval()
    module(embedded, texts[1])[:, D:].sum().backward()
    assert all(weight.grad.any() for weight in module.parameters())
    assert bool(embedded.grad is not None and embedded.grad[:, :, 2:].any()) == (not frozen)


@pytest.mark.parametrize(("first", "count"), [(6, None), (0, 7), (5, 2), (9, 1)])
def test_columns_beyond_the_vectors_are_refused(first, count):
    with pytest.raises(RecipeError, match=r"dimensions \d to \d+ of vectors of 6") as caught:
        built({"use": "slice", "first": first, "count": count, "encoder": BAG})
    assert "They are 0 to 5." in str(caught.value)


@pytest.mark.parametrize(
    "plain",
    [
        ensemble(BAG, NOTEBOOK),
        ensemble(BAG, {"use": "slice", "encoder": NOTEBOOK}),
        {"use": "slice", "encoder": ensemble(NOTEBOOK, BAG)},
    ],
)
def test_padding_leaves_it_alone_only_where_it_leaves_each_encoder_alone(plain):
    assert made(plain).padding_invariant is False
    assert made(ensemble(BAG, {"use": "slice", "encoder": RNN})).padding_invariant is True


def test_a_model_with_frozen_columns_leaves_them_as_the_source_gave_them(tmp_path):
    recipe = {
        "name": "small",
        "data": {
            "train": {"use": "inline", "texts": ["good fun", "bad film"] * 5, "labels": ["pos", "neg"] * 5}
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "concat", "sources": [{"use": "random", "dim": 3}, "nb-log-ratio"]},
        "oov": ["zero"],
        "encoder": ensemble(
            {"use": "slice", "count": 3, "encoder": BAG},
            {"use": "slice", "first": 3, "frozen": True, "encoder": {"use": "bag", "pooling": "sum"}},
        ),
        "training": {"epochs": 3, "batch_size": 4},
    }
    run = embedkit.run(recipe, out=tmp_path / "run")
    before, after = run.embedding_frame("before"), run.embedding_frame("after")
    assert before[3].equals(after[3])
    assert before.loc["good", 3] > 0 > before.loc["bad", 3]
    assert not before.iloc[2:, :3].equals(after.iloc[2:, :3])


@pytest.mark.parametrize("encoders", [["bag"], []])
def test_one_encoder_is_no_ensemble(encoders):
    with pytest.raises(RecipeError, match="encoder"):
        embedkit.run({**SMALLEST, "encoder": {"use": "ensemble", "encoders": encoders}})


SMALLEST = {
    "name": "smallest",
    "data": {"train": {"use": "inline", "texts": ["a", "b"], "labels": ["x", "y"]}},
    "tokenizer": "whitespace",
    "embedding": "random",
    "oov": ["zero"],
}
