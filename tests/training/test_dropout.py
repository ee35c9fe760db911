"""Word dropout and embedding dropout: what they change in training, and all that they leave alone."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from embedkit.model.classifier import build_classifier
from embedkit.model.embedder import TableEmbedder
from embedkit.model.objective import objective_of
from embedkit.plugin.registry import build_registry
from embedkit.recipe.sections.training import Training
from embedkit.text.batching import EncodedSplit
from embedkit.text.vocabulary import PAD_ID, UNK_ID
from embedkit.training.trainer import Trainer

ROWS, D = 30, 6
RANDOM = np.random.default_rng(2)
VECTORS = np.concatenate([np.zeros((1, D)), RANDOM.standard_normal((ROWS - 1, D))]).astype(np.float32)
LENGTHS = (4, 0, 9, 1, 6, 2, 12, 1)
IDS = [RANDOM.integers(2, ROWS, length).tolist() for length in LENGTHS]
SPLIT = EncodedSplit.of(IDS, [0, 1] * 4, range(8))
REGISTRY = build_registry()


def model(name="bag", sparse=False, **keys):
    encoder = REGISTRY.get("encoder", name).factory(**keys)
    return build_classifier(
        partial(TableEmbedder.of, VECTORS, np.arange(ROWS) > 0, sparse), encoder, objective_of(2), seed=0
    )


def train(classifier, split=SPLIT, seed=0, **settings):
    settings = Training(**{"epochs": 3, "batch_size": 3, "lr": 0.01, **settings})
    with Trainer(classifier, split, settings, seed) as trainer:
        return [epoch.scored.loss for epoch in trainer]


def state(classifier):
    return {name: tensor.clone() for name, tensor in classifier.state_dict().items()}


def read_ids(classifier, **settings):
    """The ids and masks of every batch that training reads."""
    seen = []
    classifier.register_forward_pre_hook(lambda module, given: seen.append((given[0], given[1])))
    train(classifier, **settings)
    return seen


class TestWordDropout:
    def test_reads_the_chosen_tokens_as_unknown_and_every_text_as_long_as_it_is(self):
        plain = read_ids(model(), shuffle=False, epochs=1)
        dropped = read_ids(model(), shuffle=False, epochs=1, word_dropout=0.5)
        unknown = 0
        for (ids, mask), (changed, kept) in zip(plain, dropped, strict=True):
            assert torch.equal(mask, kept)
            assert ((changed == ids) | (changed == UNK_ID)).all()
            assert (changed[~mask] == PAD_ID).all()
            unknown += int((changed == UNK_ID).sum())
        assert 0 < unknown < sum(LENGTHS)

    def test_by_the_chance_it_is_given_and_another_time_other_words(self):
        split = EncodedSplit.of([[2] * 100] * 500, [0] * 500, range(500))
        generator = torch.Generator().manual_seed(1)
        first, second = (split.with_unknown(0.3, generator) for _ in range(2))
        (one,), (other,), (untouched,) = (
            each.batches([torch.arange(500)]) for each in (first, second, split)
        )
        assert (one.inputs == UNK_ID).float().mean().item() == pytest.approx(0.3, abs=0.01)
        both = ((one.inputs == UNK_ID) & (other.inputs == UNK_ID)).float().mean().item()
        assert both == pytest.approx(0.09, abs=0.01)
        assert (untouched.inputs == 2).all()

    @pytest.mark.parametrize("sparse", [False, True])
    def test_trains_the_row_of_unknown_words(self, sparse):
        for share, moved in ((0.0, False), (0.5, True)):
            classifier = model(sparse=sparse)
            train(classifier, word_dropout=share)
            assert bool((classifier.embedding.weight[UNK_ID] != torch.tensor(VECTORS[UNK_ID])).any()) == moved
            assert (classifier.embedding.weight[PAD_ID] == 0).all()

    def test_the_gradient_that_is_clipped_has_that_of_unknown_words(self):
        """All words unknown: the length of the gradient is that of the row of unknown words and the head."""
        classifier = model()
        with torch.no_grad():
            classifier.embedding.weight[UNK_ID] += 1
        before = state(classifier)
        settings = {"optimizer": "sgd", "lr": 1.0, "clip_norm": 1e-3, "epochs": 1, "batch_size": 8}
        train(classifier, **settings, word_dropout=0.999999)
        moved = torch.cat([(before[n] - t).flatten() for n, t in classifier.state_dict().items()])
        assert moved.norm().item() == pytest.approx(1e-3, rel=1e-3)


class TestEmbeddingDropout:
    def embedded(self, share, training=True):
        classifier = model()
        classifier.embedding.dropout = share
        classifier.train(training)
        seen = []
        classifier.encoder.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
        ids = torch.full((40, 50), 3)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(4)
            classifier(ids, ids > 0)
        return seen[0].detach(), torch.tensor(VECTORS[3]).expand(40, 50, D)

    def test_sets_numbers_to_zero_and_scales_the_others(self):
        embedded, vectors = self.embedded(0.25)
        kept = embedded != 0
        assert kept.float().mean().item() == pytest.approx(0.75, abs=0.02)
        torch.testing.assert_close(embedded[kept], vectors[kept] / 0.75)

    def test_acts_in_training_alone(self):
        embedded, vectors = self.embedded(0.25, training=False)
        assert torch.equal(embedded, vectors)


@pytest.mark.parametrize("setting", ["word_dropout", "embedding_dropout"])
class TestBoth:
    def test_follow_from_the_seed_and_leave_the_global_generator_alone(self, setting):
        torch.manual_seed(99)
        before = torch.get_rng_state()
        losses = [train(model(), seed=seed, shuffle=False, **{setting: 0.4}) for seed in (1, 1, 2)]
        assert torch.equal(torch.get_rng_state(), before)
        assert losses[0] == losses[1] != losses[2]

    def test_draw_nothing_when_they_are_zero(self, setting):
        """Another dropout, of the encoder, draws from the same generators."""
        plain, zero, some = (model(dropout=0.3) for _ in range(3))
        losses = [train(plain), train(zero, **{setting: 0.0}), train(some, **{setting: 0.3})]
        assert losses[0] == losses[1] != losses[2]
        assert all(torch.equal(state(plain)[name], tensor) for name, tensor in state(zero).items())

    @pytest.mark.parametrize(
        ("name", "keys"),
        [
            ("rnn", {"hidden_size": 4}),
            ("rnn", {"hidden_size": 4, "mask_padding": False}),
            ("lstm", {"hidden_size": 4, "bidirectional": True, "pooling": "attention"}),
            ("gru", {"hidden_size": 4, "pooling": "max"}),
            ("cnn", {"maps": 4}),
            ("bag", {"pooling": "both"}),
            ("transformer", {}),
        ],
    )
    def test_every_encoder_stays_finite_and_learns(self, setting, name, keys):
        classifier = model(name, **keys)
        before = state(classifier)
        losses = train(classifier, **{setting: 0.9})
        assert np.isfinite(losses).all()
        after = state(classifier)
        assert all(tensor.isfinite().all() for tensor in after.values())
        assert any(not torch.equal(before[name], tensor) for name, tensor in after.items())
