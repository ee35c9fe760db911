"""What every registered encoder keeps, in every setting: padding, empty and short texts, gradients, draws."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import nn

from embedkit.plugin.registry import build_registry
from embedkit.recipe.build import Part
from embedkit.recipe.sections.section import spec_of
from embedkit.text.vocabulary import PAD_ID

REGISTRY = build_registry()
D, ROWS, CLASSES = 12, 40, 3
LENGTHS = (4, 0, 9, 1, 6, 2, 23, 1)
WIDTH = 30


POOLINGS = ("last", "mean", "max", "attention")
RECURRENT = [
    *(
        {"hidden_size": 5, "bidirectional": both, "pooling": pooling}
        for both, pooling in product((False, True), POOLINGS)
    ),
    *({"hidden_size": 5, "bidirectional": both, "num_layers": 2, "dropout": 0.3} for both in (False, True)),
]
SETTINGS = {
    "rnn": [*RECURRENT, {"hidden_size": 16, "nonlinearity": "relu"}],
    "lstm": RECURRENT,
    "gru": RECURRENT,
    "cnn": [
        {},
        {"widths": [1], "maps": 16},
        {"widths": [2, 7], "maps": 3, "activation": "tanh", "dropout": 0.0},
        {"widths": [31], "maps": 16},
        {"widths": [3, 5], "maps": 8, "padding": 4},
    ],
    "bag": [{"pooling": pooling, "dropout": 0.4} for pooling in ("mean", "sum", "max", "both")],
    "pooled": [{}, {"dropout": 0.4}],
    "transformer": [
        {"num_heads": 3, "num_layers": 2, "norm_first": first, "positions": positions, "pooling": pooling}
        for first, positions, pooling in product(
            (False, True), ("sinusoidal", "none"), ("mean", "max", "first")
        )
    ],
    "slice": [
        {"first": 2, "count": 7, "encoder": "cnn"},
        {"first": 4, "encoder": {"use": "gru", "hidden_size": 16, "bidirectional": True}},
    ],
    "ensemble": [
        {"encoders": [{"use": "cnn", "widths": [2, 3], "maps": 8}, {"use": "lstm", "hidden_size": 5}, "bag"]},
        {
            "encoders": [
                {
                    "use": "ensemble",
                    "encoders": [{"use": "rnn", "hidden_size": 9}, {"use": "cnn", "maps": 4}],
                },
                {
                    "use": "slice",
                    "first": 11,
                    "frozen": True,
                    "encoder": {"use": "bag", "pooling": "sum"},
                },
            ]
        },
    ],
}
CASES = [(name, keys) for name, settings in SETTINGS.items() for keys in settings]


def named(case):
    name, keys = case
    return "-".join([name, *(f"{key}={value}" for key, value in keys.items() if key != "hidden_size")])


class Classifier(nn.Module):
    """Embedding table, encoder and head, built in this order."""

    def __init__(self, encoder):
        super().__init__()
        self.embedding = nn.Embedding(ROWS, D, padding_idx=PAD_ID)
        self.encoder = encoder.build(D)
        self.head = nn.Linear(self.encoder.output_dim, CLASSES)

    def forward(self, ids, mask):
        return self.head(self.encoder(self.embedding(ids), mask))


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Tensors this small are not worth a second thread, and waiting for it takes most of the time."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def seeded():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(23)
        yield


@pytest.fixture(params=CASES, ids=named)
def encoder(request):
    name, keys = request.param
    return Part(REGISTRY, "encoder", spec_of({"use": name, **keys}), "encoder").make()


@pytest.fixture
def model(encoder):
    return Classifier(encoder).eval()


def texts(lengths=LENGTHS):
    return [torch.randint(2, ROWS, (length,)) for length in lengths]


def padded(batch, width):
    """Texts as ids int64 [B, width] and mask bool [B, width]."""
    ids = torch.full((len(batch), width), PAD_ID)
    for row, text in enumerate(batch):
        ids[row, : len(text)] = text
    return ids, ids != PAD_ID


def together_and_alone(model):
    batch = texts()
    alone = [model(*padded([text], max(1, len(text)))) for text in batch]
    return model(*padded(batch, WIDTH)), torch.cat(alone)


def test_every_registered_encoder_is_here():
    assert sorted(SETTINGS) == REGISTRY.names("encoder")
    assert len(CASES) == 11 + 10 + 10 + 5 + 4 + 2 + 2 + 2 + 12


@pytest.mark.parametrize("grad", [True, False])
def test_a_text_alone_and_in_a_padded_batch_have_the_same_logits(model, grad):
    with torch.set_grad_enabled(grad):
        together, alone = together_and_alone(model)
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=1e-6)


def test_texts_differ_and_so_do_their_logits(model):
    logits = model(*padded(texts((6, 6, 9)), WIDTH))
    assert torch.pdist(logits).min() > 1e-4


def test_what_the_padding_holds_does_not_matter(model):
    ids, mask = padded(texts(), WIDTH)
    logits = model(ids, mask)
    with torch.no_grad():
        model.embedding.weight[PAD_ID] = 50.0
    assert torch.equal(model(ids, mask), logits)


def test_padding_gets_no_gradient_and_tokens_do(model):
    ids, mask = padded(texts(), WIDTH)
    embedded = model.embedding(ids).detach().requires_grad_()
    model.encoder(embedded, mask).square().sum().backward()
    assert embedded.grad.isfinite().all()
    assert not embedded.grad[~mask].any()
    assert all(row[tokens].any() for row, tokens in zip(embedded.grad, mask, strict=True) if tokens.any())


@pytest.mark.parametrize("training", [True, False])
def test_logits_and_gradients_are_finite(model, training):
    model.train(training)
    for lengths in ((0,), (1,), (0, 0), (2, 1), (0, 5), LENGTHS):
        model.zero_grad()
        logits = model(*padded(texts(lengths), max(1, *lengths)))
        assert logits.shape == (len(lengths), CLASSES)
        assert logits.isfinite().all()
        nn.functional.cross_entropy(logits, torch.zeros(len(lengths), dtype=torch.int64)).backward()
        assert all(weight.grad is None or weight.grad.isfinite().all() for weight in model.parameters())


@pytest.mark.parametrize("training", [True, False])
def test_a_text_without_tokens_is_zeros(model, training):
    model.train(training)
    ids, mask = padded(texts((0, 4, 0)), 5)
    encoded = model.encoder(model.embedding(ids), mask)
    assert not encoded[[0, 2]].any()
    assert encoded[1].any()


def test_every_weight_learns(model):
    model.train()
    model(*padded(texts(LENGTHS * 4), WIDTH)).square().sum().backward()
    still = [name for name, weight in model.named_parameters() if not weight.grad.any()]
    assert not still


def test_output_dim_is_what_comes_out(model):
    ids, mask = padded(texts(), WIDTH)
    encoded = model.encoder(model.embedding(ids), mask)
    assert encoded.shape == (len(LENGTHS), model.encoder.output_dim)
    assert encoded.dtype == torch.float32


def test_one_seed_gives_one_model_and_one_pass(encoder):
    def run():
        torch.manual_seed(3)
        model = Classifier(encoder).train()
        return model.state_dict(), model(*padded(texts(), WIDTH))

    (weights, logits), (again, logits_again) = run(), run()
    assert torch.equal(logits, logits_again)
    assert weights.keys() == again.keys()
    assert all(torch.equal(weights[name], again[name]) for name in weights)


def test_evaluation_draws_nothing(model):
    before = torch.get_rng_state()
    first, second = (model(*padded([torch.arange(2, 9)], 8)) for _ in range(2))
    assert torch.equal(first, second)
    assert torch.equal(before, torch.get_rng_state())


def test_its_input_is_left_as_it_was(model):
    ids, mask = padded(texts(), WIDTH)
    embedded = model.embedding(ids).detach()
    was, tokens = embedded.clone(), mask.clone()
    model.train().encoder(embedded, mask)
    assert torch.equal(embedded, was)
    assert torch.equal(mask, tokens)


def test_half_precision_stays_finite_and_near(model):
    ids, mask = padded(texts(), WIDTH)
    logits = model(ids, mask)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half = model(ids, mask)
    torch.testing.assert_close(half.float(), logits, atol=0.15, rtol=0.15)
