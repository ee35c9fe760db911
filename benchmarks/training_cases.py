"""What benchmarks/training.py trains on: cases, and synthetic texts that every contender can learn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from embedkit.model.classifier import TextClassifier, build_classifier
from embedkit.model.embedder import TableEmbedder
from embedkit.model.objective import objective_of
from embedkit.plugin.registry import build_registry
from embedkit.text.batching import EncodedSplit

DIM, LONGEST = 300, 120
MARKED = 200
"""Words of each of the two sets that give a text its label; they stand in rows 2 to 401 of the table."""

SPREAD, OFFSET = 0.35, 2.0
"""The numbers of the words' vectors are normal, with this deviation; the vectors of the two sets lie this far
to either side along one direction, as those of good and of bad words do."""


@dataclass(frozen=True)
class Case:
    """What is trained: encoder, rows of the table, whether they are trained, and by `embedding.sparse`.

    `notebook` is how many times faster than the notebook's loop it is meant to be; `texts` the share of the
    texts that it trains on.
    """

    encoder: str
    keys: dict[str, int | bool]
    rows: int
    notebook: float
    trained: bool = False
    sparse: bool = False
    texts: float = 1.0


RNN: dict[str, int | bool] = {"hidden_size": 16}
BILSTM: dict[str, int | bool] = {"hidden_size": 128, "bidirectional": True}

CASES = {
    "rnn-frozen": Case("rnn", RNN, 20_000, 4),
    "bilstm-frozen": Case("lstm", BILSTM, 20_000, 4, texts=0.2),
    "rnn-trained": Case("rnn", RNN, 20_000, 6, trained=True),
    "rnn-trained-sparse": Case("rnn", RNN, 20_000, 6, trained=True, sparse=True),
    "rnn-400000-sparse": Case("rnn", RNN, 400_000, 50, trained=True, sparse=True, texts=0.1),
}


def texts(count: int, rows: int, seed: int) -> EncodedSplit:
    """Texts of random words, 20 on average and 120 at most; one word in five is of the set of the label."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count)
    ids = []
    for label, length in zip(labels, np.clip(rng.lognormal(2.85, 0.55, count), 1, LONGEST), strict=True):
        words = rng.integers(2 + 2 * MARKED, rows, int(length))
        marked = rng.random(len(words)) < 0.2
        words[marked] = 2 + MARKED * label + rng.integers(0, MARKED, marked.sum())
        ids.append(words)
    return EncodedSplit.of(ids, labels, range(count))


@cache
def vectors(rows: int) -> np.ndarray:
    """The table before training, float32 [rows, DIM]."""
    rng = np.random.default_rng(0)
    direction = rng.standard_normal(DIM).astype(np.float32)
    step = OFFSET * direction / np.linalg.norm(direction)
    table = SPREAD * rng.standard_normal((rows, DIM), dtype=np.float32)
    table[2 : 2 + MARKED] -= step
    table[2 + MARKED : 2 + 2 * MARKED] += step
    table[0] = 0
    return table


def model_of(case: Case) -> TextClassifier:
    """The model of a case, the same every time."""
    trainable = np.full(case.rows, case.trained)
    trainable[0] = False
    encoder = build_registry().get("encoder", case.encoder).factory(**case.keys)
    return build_classifier(
        partial(TableEmbedder.of, vectors(case.rows), trainable, case.sparse),
        encoder,
        objective_of(2),
        seed=0,
    )
