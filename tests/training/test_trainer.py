from __future__ import annotations

from contextlib import nullcontext
from functools import partial

import numpy as np
import pytest
import torch

from embedkit.errors import TrainingError
from embedkit.model.classifier import build_classifier
from embedkit.model.embedder import TableEmbedder
from embedkit.model.objective import objective_of
from embedkit.plugin.registry import build_registry
from embedkit.recipe.sections.training import Training
from embedkit.text.batching import EncodedSplit
from embedkit.text.grouping import in_order
from embedkit.training.trainer import Trainer

VECTORS = np.concatenate([np.zeros((1, 4)), np.random.default_rng(0).standard_normal((9, 4))]).astype(
    np.float32
)
SPLIT = EncodedSplit.of([[2, 3], [4, 5, 6], [7, 8], [9], [2]], [0, 1, 0, 1, 0], [11, 12, 13, 14, 15])
TRAINABLE = np.arange(10) > 0


def model(vectors=VECTORS, classes=2):
    encoder = build_registry().get("encoder", "rnn").factory(hidden_size=3)
    return build_classifier(
        partial(TableEmbedder.of, vectors, TRAINABLE), encoder, objective_of(classes), seed=0
    )


def train(classifier, split=SPLIT, seed=0, **settings):
    seen = []
    chosen = Training(**{"epochs": 2, "batch_size": 2, **settings})
    progress = lambda done, total: seen.append((done, total))  # noqa: E731
    with Trainer(classifier, split, chosen, seed, progress=progress) as trainer:
        return [*trainer], seen


def test_every_epoch_and_batch_is_told():
    epochs, seen = train(model())
    assert [epoch.number for epoch in epochs] == [1, 2]
    assert [done for done, _ in seen[2::3]] == [5, 5]
    assert {total for _, total in seen} == {5}
    _, seen = train(model(), shuffle=False)
    assert seen == [(2, 5), (4, 5), (5, 5)] * 2
    assert all(epoch.scored.probabilities.shape == (5, 2) for epoch in epochs)


def test_mean_over_examples_and_mean_over_batches_differ_by_the_last_batch():
    untouched = model()
    with torch.no_grad():
        losses = []
        for batch in SPLIT.batches(in_order(len(SPLIT), 1)):
            logit = untouched(batch.inputs, batch.mask)[:, 0]
            losses.append(
                float(torch.nn.functional.binary_cross_entropy_with_logits(logit, batch.labels.float()))
            )
    (epoch,), _ = train(model(), epochs=1, lr=1e-12, shuffle=False)
    assert epoch.scored.loss == pytest.approx(np.mean(losses), abs=1e-6)
    batch_means = [np.mean(losses[:2]), np.mean(losses[2:4]), losses[4]]
    assert epoch.scored.batch_loss == pytest.approx(np.mean(batch_means), abs=1e-6)


def test_the_seed_decides_the_order_and_the_global_generator_is_left_alone():
    torch.manual_seed(99)
    before = torch.get_rng_state()
    losses = [[e.scored.loss for e in train(model(), seed=seed)[0]] for seed in (1, 1, 2)]
    assert torch.equal(torch.get_rng_state(), before)
    assert losses[0] == losses[1] != losses[2]


@pytest.mark.parametrize("way", ["break", "stopped", "error"])
def test_a_training_that_ends_early_leaves_the_global_generator_alone_too(way):
    torch.manual_seed(99)
    before, numbers = torch.get_rng_state(), []
    with (
        pytest.raises(ZeroDivisionError) if way == "error" else nullcontext(),
        Trainer(model(), SPLIT, Training(epochs=5, batch_size=2), seed=0) as trainer,
    ):
        for epoch in trainer:
            numbers.append(epoch.number)
            torch.rand(3)
            if way == "break":
                break
            trainer.stopped = way == "stopped"
            epoch.number / (1 if way == "stopped" else 0)
    assert numbers == [1]
    assert torch.equal(torch.get_rng_state(), before)


def test_a_training_goes_on_after_the_epochs_that_it_restores():
    split = EncodedSplit.of([[2, 3], [4, 5, 6]] * 4, [0, 1] * 4, range(8))
    settings = Training(epochs=4, batch_size=2, word_dropout=0.2, embedding_dropout=0.2)
    losses, kept = [], {}
    with Trainer(model(), split, settings, seed=0) as trainer:
        for epoch in trainer:
            losses.append(epoch.scored.loss)
            if epoch.number == 2:
                kept = {name: tensor.clone() for name, tensor in trainer.state.tensors().items()}
    with Trainer(model(), split, settings, seed=0) as trainer:
        trainer.restore(2, kept)
        assert [(epoch.number, epoch.scored.loss) for epoch in trainer] == [*enumerate(losses, 1)][2:]


def test_several_classes_are_learnt_with_cross_entropy():
    split = EncodedSplit.of([[2], [3], [4]] * 4, [0, 1, 2] * 4, range(12))
    epochs, _ = train(model(classes=3), split, epochs=40, lr=0.05)
    assert epochs[0].scored.loss == pytest.approx(np.log(3), abs=0.4)
    assert (epochs[-1].scored.predicted(0.5) == np.array(split.labels)).all()


@pytest.mark.parametrize(("scale", "which"), [(np.nan, "loss"), (1e30, "gradient")])
def test_a_number_that_is_not_finite_stops_before_the_step(scale, which):
    class Explode(torch.nn.Module):
        output_dim = 4

        def forward(self, embedded, mask):
            summed = (embedded * mask.unsqueeze(2)).sum(1)
            return summed * scale if which == "loss" else torch.sqrt(summed.abs() * 0)

    class Exploding:
        def build(self, input_dim):
            return Explode()

    classifier = build_classifier(
        partial(TableEmbedder.of, VECTORS, TRAINABLE), Exploding(), objective_of(2), seed=0
    )
    before = {name: weight.clone() for name, weight in classifier.state_dict().items()}
    with pytest.raises(TrainingError) as caught:
        train(classifier, shuffle=False)
    assert f"training: the {which} is not finite" in str(caught.value)
    assert "at epoch 1, in the batch of examples 11, 12" in str(caught.value)
    assert all(torch.equal(before[name], weight) for name, weight in classifier.state_dict().items())


def test_without_shuffling_the_source_order_is_kept_and_buckets_keep_texts_of_a_length_together():
    lengths = [1, 9, 2, 8, 3, 7, 4, 6] * 4
    split = EncodedSplit.of([[2] * n for n in lengths], [0, 1] * 16, range(32))
    assert widths(split, shuffle=False) == [9, 8, 7, 6] * 4
    assert sum(widths(split)) < sum(widths(split, bucket=False)) * 0.8
    assert sum(widths(split, bucket=True)) == sum(widths(split))


def widths(split, **settings):
    """T of every batch of one epoch, in order."""
    classifier, seen = model(), []
    classifier.embedding.register_forward_pre_hook(lambda module, ids: seen.append(ids[0].shape[1]))
    train(classifier, split, epochs=1, **settings)
    return seen


def test_where_one_length_is_set_nothing_is_bucketed_unless_asked():
    split = EncodedSplit.of([[2] * n for n in range(1, 41)], [0, 1] * 20, range(40), length=40)
    assert set(widths(split)) == {40}
    losses = [train(model(), split, bucket=bucket)[0][0].scored.loss for bucket in (None, False, True)]
    assert losses[0] == losses[1] != losses[2]
