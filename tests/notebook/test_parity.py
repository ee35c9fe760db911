"""embedkit's notebook recipes against an independent, plain PyTorch transcription of the notebook."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from gensim.models import KeyedVectors
from nltk.tokenize import word_tokenize
from safetensors.torch import load_file
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import embedkit
from embedkit.recipe.paths import locate

SENTENCES = [
    "nice great best amazing",
    "stop lies",
    "pitiful nerd",
    "excellent work",
    "supreme quality",
    "bad",
    "highly respectable",
]
LABELS = [1, 0, 0, 1, 1, 0, 1]
MISSING = 9
SEED = 7
EUCLIDEAN = "package:gensim/test/test_data/euclidean_vectors.bin"


class NotebookModel(nn.Module):
    def __init__(self, vocabulary_size: int, dim: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, dim, padding_idx=0)
        self.rnn = nn.RNN(dim, 16, batch_first=True)
        self.fc = nn.Linear(16, 1)

    def forward(self, ids):
        _, hidden = self.rnn(self.embedding(ids))
        return self.fc(hidden.squeeze(0))


@dataclass
class Notebook:
    """What the notebook has when its last cell has run."""

    ids: torch.Tensor
    word_to_index: dict[str, int]
    before: torch.Tensor
    losses: list[float]
    model: NotebookModel
    right: int


def notebook(dim: int, vectors: KeyedVectors | None = None, sentences=SENTENCES) -> Notebook:
    """The notebook from its first cell to its last, its two faults mended."""
    tokens = [word_tokenize(sentence, preserve_line=True) for sentence in sentences]
    words = list(dict.fromkeys(word for sentence in tokens for word in sentence))
    word_to_index = {"<PAD>": 0, "<UNK>": 1, **{word: i + 2 for i, word in enumerate(words)}}
    sequences = [[word_to_index[word] for word in sentence] for sentence in tokens]
    length = max(map(len, sequences))
    ids = torch.tensor([sequence + [0] * (length - len(sequence)) for sequence in sequences])
    labels = torch.tensor(LABELS[: len(sentences)], dtype=torch.float32)

    torch.manual_seed(SEED)
    model = NotebookModel(len(word_to_index), dim)
    if vectors is not None:
        matrix = np.zeros((len(word_to_index), dim), dtype=np.float32)
        for word, index in word_to_index.items():
            if word in vectors:
                matrix[index] = vectors[word]
        model.embedding.weight = nn.Parameter(torch.from_numpy(matrix))
    before = model.embedding.weight.detach().clone()

    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    losses = []
    for _ in range(20):
        total, batches = 0.0, 0
        for batch_ids, batch_labels in DataLoader(TensorDataset(ids, labels), batch_size=2):
            optimizer.zero_grad()
            loss = criterion(model(batch_ids).squeeze(1), batch_labels)
            loss.backward()
            optimizer.step()
            total, batches = total + loss.item(), batches + 1
        losses.append(total / batches)
    with torch.no_grad():
        predicted = (torch.sigmoid(model(ids)).squeeze(1) >= 0.5).float()
    return Notebook(ids, word_to_index, before, losses, model, int((predicted == labels).sum()))


@pytest.fixture(scope="module")
def random_run(tmp_path_factory):
    return embedkit.run("notebook-random", out=tmp_path_factory.mktemp("runs") / "random")


@pytest.fixture(scope="module")
def word2vec_run(tmp_path_factory):
    return embedkit.run("notebook-word2vec", out=tmp_path_factory.mktemp("runs") / "word2vec")


@pytest.fixture(scope="module")
def euclidean():
    return KeyedVectors.load_word2vec_format(locate(EUCLIDEAN, "test"), binary=True)


def assert_same_training(run, expected: Notebook) -> None:
    np.testing.assert_allclose(run.history["batch_loss"], expected.losses, rtol=0, atol=1e-6)
    weights = load_file(run.path / "weights.safetensors")
    torch.testing.assert_close(weights["embedding.weight"], expected.model.embedding.weight.detach())
    torch.testing.assert_close(weights["head.weight"], expected.model.fc.weight.detach())


def test_random_vectors_losses_parameters_and_all_seven_right(random_run):
    expected = notebook(dim=100)
    assert_same_training(random_run, expected)
    assert random_run.read_json("model.json")["parameters"] == 3605
    assert "Total params: 3,605" in (random_run.path / "model.txt").read_text()
    assert random_run.metrics["train"]["n"] == 7
    assert random_run.metrics["train"]["accuracy"] == expected.right / 7 == 1.0


def test_random_table_before_training_is_what_nn_embedding_draws(random_run):
    before = random_run.embedding_frame(when="before")
    np.testing.assert_array_equal(before.to_numpy(), notebook(dim=100).before.numpy())
    assert before.shape == (17, 100)


def test_the_smaller_views_of_the_notebook(random_run):
    expected = notebook(dim=100)
    assert random_run.word_ids() == expected.word_to_index
    np.testing.assert_array_equal(random_run.ids().to_numpy(), expected.ids.numpy())
    assert random_run.ids().shape == (7, 4)
    assert random_run.word_counts().to_dict() == dict.fromkeys(list(expected.word_to_index)[2:], 1)
    assert "Embedding(17, 100, padding_idx=0)" in (random_run.path / "model.txt").read_text()
    moved = random_run.embedding_frame("after").loc["nerd"] - random_run.embedding_frame("before").loc["nerd"]
    assert moved.abs().max() > 0


def test_pretrained_table_equals_gensims_rows_bit_for_bit(word2vec_run, euclidean):
    before = word2vec_run.embedding_frame(when="before")
    known = [word for word in before.index[2:] if word in euclidean]
    assert len(known) == 15 - MISSING
    np.testing.assert_array_equal(before.loc[known].to_numpy(), euclidean[known])
    assert not before.drop(index=known).to_numpy().any()
    origin = word2vec_run.vocabulary.set_index("word")["origin"]
    assert (origin[known] == "found").all()
    assert (origin == "filled").sum() == MISSING


def test_pretrained_training_equals_the_notebooks(word2vec_run, euclidean):
    assert_same_training(word2vec_run, notebook(dim=10, vectors=euclidean))


def test_pad_is_still_zero_after_training(random_run, word2vec_run):
    for run in (random_run, word2vec_run):
        assert not run.embedding_frame(when="after").loc["<PAD>"].to_numpy().any()


def test_pretrained_path_at_300_dimensions(tmp_path):
    words = [word for sentence in SENTENCES for word in sentence.split()][::2]
    vectors = KeyedVectors(vector_size=300)
    rows = np.random.default_rng(0).standard_normal((len(words), 300), dtype=np.float32)
    vectors.add_vectors(words, rows)
    vectors.save_word2vec_format(tmp_path / "vectors.bin", binary=True)
    run = embedkit.run(
        "notebook-word2vec", out=tmp_path / "run", set={"embedding.path": str(tmp_path / "vectors.bin")}
    )
    assert run.read_json("model.json")["parameters"] == 10205
    assert_same_training(run, notebook(dim=300, vectors=vectors))


def test_a_repeated_word_neither_leaves_a_gap_nor_overflows(tmp_path):
    sentences = ["good good bad", "bad bad good worse", "worse good", "bad"]
    data = {"data.train": {"use": "inline", "texts": sentences, "labels": LABELS[:4]}}
    run = embedkit.run("notebook-random", out=tmp_path / "run", set=data)
    assert run.word_ids() == {"<PAD>": 0, "<UNK>": 1, "good": 2, "bad": 3, "worse": 4}
    assert run.embedding_frame().shape == (5, 100)
    np.testing.assert_allclose(
        run.history["batch_loss"], notebook(100, sentences=sentences).losses, rtol=0, atol=1e-6
    )
