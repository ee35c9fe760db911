"""An embedder of another kind than a table of words: training and prediction work on it unchanged."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from embedkit.data.labels import Labelling
from embedkit.distributed.process_group import ALONE
from embedkit.inference.classifier import Classifier
from embedkit.inference.predictor import TextInput
from embedkit.interfaces import Example
from embedkit.model.classifier import build_classifier
from embedkit.model.embedder import Embedder, TableEmbedder
from embedkit.model.objective import objective_of
from embedkit.model.summary import describe_model
from embedkit.model.table_rows import TableRows
from embedkit.model.unseen import Unseen
from embedkit.plugin.registry import build_registry
from embedkit.recipe.sections.training import Training
from embedkit.text.batching import EncodedSplit, Inputs
from embedkit.text.vocabulary import Vocabulary
from embedkit.training.loop import TrainingTask
from embedkit.training.trainer import Trainer

LONGEST, D = 8, 6
TEXTS = ["good good film", "a fine fine plot", "bad film", "a poor plot poor", "good", "bad bad bad"]
LABELS = ["pos", "pos", "neg", "neg", "pos", "neg"]


class LetterEmbedder(Embedder):
    """Embeds a token as the sum of its letters' vectors, after a vector that begins every text."""

    dim = D

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(128, D))
        self.start = nn.Parameter(torch.randn(D))

    def encode(self, split, storage):
        words = [
            [min(ord(letter), 127) for letter in word[:LONGEST]] for text in split.tokens for word in text
        ]
        entries = [letters + [0] * (LONGEST - len(letters)) for letters in [*words, []]]
        return Inputs(
            torch.tensor(entries, dtype=torch.int32),
            torch.tensor(split.tokens.numbers.lengths(), dtype=torch.int64),
            unknown=ord("?"),
        )

    def embed(self, inputs, mask):
        letters = functional.embedding(inputs, self.weight) * (inputs > 0).unsqueeze(3)
        start = self.start.expand(len(inputs), 1, D)
        return torch.cat([start, letters.sum(2)], 1), functional.pad(mask, (1, 0), value=True)

    def states(self, words):
        return ["covered" if word.isascii() else "unseen" for word in words]

    def example(self, length):
        return torch.full((1, length, LONGEST), ord("e"))


class Spaces:
    def tokenize(self, texts):
        return [text.split() for text in texts]


def classifier(encoder="gru"):
    built = (
        build_registry().get("encoder", encoder).factory(**({"hidden_size": 5} if encoder == "gru" else {}))
    )
    model = build_classifier(LetterEmbedder, built, objective_of(2), seed=0)
    return Classifier(model, TextInput(Spaces(), None, "tail", None), Labelling(("neg", "pos")))


def tokenized(classifier):
    return classifier.input.tokenize("train", map(Example, range(6), TEXTS, LABELS))


def train(classifier, **settings):
    split = classifier.encode(tokenized(classifier))
    settings = Training(**{"epochs": 60, "batch_size": 2, "lr": 0.05, **settings})
    with Trainer(classifier.model, split, settings, 0) as trainer:
        return [epoch.scored.loss for epoch in trainer]


@pytest.mark.parametrize("encoder", ["gru", "cnn", "bag"])
def test_it_is_trained_and_predicts(encoder):
    letters = classifier(encoder)
    before = {name: weight.clone() for name, weight in letters.model.state_dict().items()}
    losses = train(letters)
    assert losses[-1] < 0.1 < losses[0]
    moved = {name for name, weight in letters.model.state_dict().items() if (weight != before[name]).any()}
    assert moved == {*before}
    frame = letters.predict([*TEXTS, "Good filmé"])
    assert [*frame["predicted"]][:6] == LABELS
    assert frame[["tokens", "covered", "unseen", "looked_up"]].iloc[-1].tolist() == [2, 1, 1, 0]


def test_a_text_alone_and_in_a_padded_batch_have_the_same_prediction():
    letters = classifier()
    train(letters, epochs=3)
    together = letters.predict(TEXTS)["p_pos"]
    alone = [letters.predict([text])["p_pos"].iloc[0] for text in TEXTS]
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_dropout_of_words_and_vectors_acts_on_it():
    losses = [
        train(classifier(), epochs=2, **{name: share})
        for name in ("word_dropout", "embedding_dropout")
        for share in (0.0, 0.5, 0.5)
    ]
    assert losses[0] == losses[3] != losses[1] == losses[2]
    assert losses[0] != losses[4] == losses[5] != losses[1]


def test_an_unknown_token_has_the_unknown_letter_everywhere():
    letters = classifier()
    split = letters.encode(tokenized(letters))
    (batch,) = split.with_unknown(1.0, torch.Generator()).batches([torch.arange(6)])
    assert batch.inputs.shape == (6, 4, LONGEST)
    assert (batch.inputs[batch.mask] == ord("?")).all()
    assert (batch.inputs[~batch.mask] == 0).all()


def test_its_training_goes_on_from_a_checkpoint_to_the_same_weights():
    settings, kept, models = Training(epochs=4, batch_size=2, clip_norm=0.5), {}, []
    for completed in (0, 2):
        letters = classifier()
        with Trainer(letters.model, letters.encode(tokenized(letters)), settings, 0) as trainer:
            if completed:
                trainer.restore(completed, kept)
            for epoch in trainer:
                if epoch.number == 2:
                    kept = {name: tensor.clone() for name, tensor in trainer.state.tensors().items()}
        models.append(letters.model.state_dict())
    assert all(torch.equal(weight, models[1][name]) for name, weight in models[0].items())


def test_it_is_its_own_for_validation_and_has_nothing_looked_up():
    letters = classifier()
    unseen = Unseen(["plot"], ["found"], [""], np.ones((1, D), np.float32), [])
    evaluated = letters.extended(unseen)
    assert evaluated.model.embedding is letters.model.embedding
    splits = {name: tokenized(letters) for name in ("train", "validation")}
    task = TrainingTask(letters, evaluated, splits, {})
    train(letters, epochs=2)
    expected = [p.probability for p in letters.predictions(TEXTS)]
    found = task.validate(ALONE).probabilities.max(1)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_model_is_described_with_it():
    text = describe_model(classifier().model, 4)
    assert "(embedding): LetterEmbedder()" in text
    assert f"[1, 5, {D}]" in text


VECTORS = np.arange(12, dtype=np.float32).reshape(4, 3) * (np.arange(4) > 0)[:, None]
ROWS = TableRows(Vocabulary(("good", "bad"), (2, 1)), ("pad", "unk", "found", "filled"), ("", "", "", "mean"))
UNSEEN = Unseen(["fine"], ["found"], [""], np.full((1, 3), 7, np.float32), ["poor"])


def table(*moving, sparse=False):
    return TableEmbedder.of(VECTORS, np.isin(np.arange(4), moving), sparse, ROWS)


def test_a_table_has_the_generator_draw_what_nn_embedding_draws():
    states = []
    for make in (table, partial(nn.Embedding, 4, 3, padding_idx=0)):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(1)
            make()
            states.append(torch.get_rng_state())
    assert torch.equal(*states)


def test_an_extended_table_knows_more_words_and_follows_the_trained_one():
    trained = table(2)
    extended = trained.extended(UNSEEN)
    assert extended.rows.words == ["<PAD>", "<UNK>", "good", "bad", "fine"]
    assert extended.states(["fine", "bad", "poor"]) == ["covered", "filled", "unseen"]
    assert extended.are_looked_up(["fine", "bad", "poor"]) == [True, False, False]
    assert extended.unknown([["poor", "fine", "odd"]]) == ["odd"]
    assert extended.updates() is None
    with torch.no_grad():
        trained.weight[2] = -1
    assert extended.weight[2].tolist() == VECTORS[2].tolist()
    extended.follow(trained)
    assert extended.weight.tolist() == [*trained.weight.tolist(), [7, 7, 7]]


def test_it_follows_what_was_trained_in_epochs_that_are_over():
    """`table_to_epoch` freezes the table; the weights of an earlier epoch may be restored after that."""
    trained = table(2)
    trained.updates().train(False)
    extended = trained.extended(UNSEEN)
    with torch.no_grad():
        trained.weight[2] = -1
    extended.follow(trained)
    assert extended.weight[2].tolist() == [-1, -1, -1]


def test_a_table_is_shared_where_no_row_is_added():
    trained = table(2)
    extended = trained.extended(Unseen([], [], [], np.zeros((0, 3), np.float32), ["poor"]))
    with torch.no_grad():
        trained.weight[2] = -1
    assert extended.weight[2].tolist() == [-1, -1, -1]
    assert extended.unknown([["poor", "odd"]]) == ["odd"]
    assert not extended.weight.requires_grad


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("moving", [(), (2,), (1, 2, 3)])
def test_a_table_gives_the_vectors_of_ids(sparse, moving):
    embedder = table(*moving, sparse=sparse)
    split = EncodedSplit.of([[2, 3], [1]], [0, 1], range(2))
    (batch,) = split.batches([torch.arange(2)])
    embedded, mask = embedder(batch.inputs, batch.mask)
    assert torch.equal(embedded, torch.from_numpy(VECTORS)[batch.inputs])
    assert mask is batch.mask
