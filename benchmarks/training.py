"""How long an epoch takes, against the loop a notebook writes and against the best one written by hand.

    python benchmarks/training.py [--texts N] [--rounds N] [CASE...]

The contenders train equal models over the same synthetic texts (mean length 20, longest 120; the label is
which of two sets of words occurs) in turn, ROUNDS times, with batches of 64, one thread, and a new optimizer
for each epoch. `notebook` pads every text to the longest, reads the padding, and takes steps of dense Adam
over the whole table; `by hand` batches by length, takes states at the texts' own ends and fused Adam (of the
table, in `sparse` cases, torch's SparseAdam), and nothing else: it checks no gradient and records nothing.
Prints the median seconds of an epoch, the ratios to embedkit's, and the accuracy on other texts. Ends with 1
where a goal is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from embedkit.evaluation.scoring import score_split
from embedkit.interfaces import no_progress
from embedkit.model.classifier import TextClassifier, build_classifier
from embedkit.recipe.schema import Training
from embedkit.registry import build_registry
from embedkit.text.batching import EncodedSplit
from embedkit.text.grouping import bucketed
from embedkit.training.loop import fit

DIM, BATCH, LONGEST, MARKED = 300, 64, 120, 200


@dataclass(frozen=True)
class Case:
    """What is trained: encoder, rows of the table, whether they are trained, and sparsely; and how many times
    faster than the notebook's loop, and than the one by hand, it is meant to be."""

    encoder: str
    keys: dict[str, int | bool]
    rows: int
    trained: bool
    notebook: float
    by_hand: float = 0.95
    sparse: bool = False


CASES = {
    "rnn-frozen": Case("rnn", {"hidden_size": 16}, 20_000, trained=False, notebook=4),
    "bilstm-frozen": Case(
        "lstm", {"hidden_size": 128, "bidirectional": True}, 20_000, trained=False, notebook=4
    ),
    "rnn-trained": Case("rnn", {"hidden_size": 16}, 20_000, trained=True, notebook=6),
    "rnn-sparse": Case("rnn", {"hidden_size": 16}, 20_000, trained=True, notebook=6, sparse=True),
    "rnn-sparse-400000": Case("rnn", {"hidden_size": 16}, 400_000, trained=True, notebook=50, sparse=True),
}


def texts(count: int, rows: int, seed: int) -> EncodedSplit:
    """Texts of random words; one word in five is of the set that gives the label."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count)
    ids = []
    for label, length in zip(labels, np.clip(rng.lognormal(2.85, 0.55, count), 1, LONGEST), strict=True):
        words = rng.integers(2 + 2 * MARKED, rows, int(length))
        marked = rng.random(len(words)) < 0.2
        words[marked] = 2 + MARKED * label + rng.integers(0, MARKED, marked.sum())
        ids.append(words.tolist())
    return EncodedSplit(ids, labels.tolist(), range(count))


class NotebookModel(nn.Module):
    """The notebook's model: the last state, after the padding."""

    def __init__(self, model: TextClassifier, case: Case) -> None:
        super().__init__()
        kind = {"rnn": nn.RNN, "lstm": nn.LSTM}[case.encoder]
        self.embedding, self.head = model.embedding, model.head
        self.recurrent = kind(DIM, batch_first=True, **case.keys)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Ids [B, T] to logits [B, 1]."""
        final = self.recurrent(self.embedding(ids))[1]
        states = final[0] if isinstance(final, tuple) else final
        return self.head(torch.cat([*states], dim=1))


def model_of(case: Case) -> TextClassifier:
    vectors = np.random.default_rng(0).standard_normal((case.rows, DIM)).astype(np.float32)
    vectors[0] = 0
    trainable = np.full(case.rows, case.trained)
    trainable[0] = False
    encoder = build_registry().get("encoder", case.encoder).factory(**case.keys)
    return build_classifier(vectors, trainable, encoder, 2, seed=0, sparse=case.sparse)


Accuracy = Callable[[EncodedSplit], float]


def share_right(model: TextClassifier, split: EncodedSplit) -> float:
    return float((score_split(model, split).predicted(0.5) == np.array(split.labels)).mean())


def with_embedkit(case: Case, train: EncodedSplit) -> tuple[Callable[[], None], Accuracy]:
    model, seeds = model_of(case), iter(range(1000))

    def epoch() -> None:
        settings = Training(epochs=1, batch_size=BATCH)
        fit(model, train, settings, next(seeds), no_progress, lambda *_: None)

    return epoch, lambda split: share_right(model, split)


def by_hand(case: Case, train: EncodedSplit) -> tuple[Callable[[], None], Accuracy]:
    model = model_of(case)
    model.embedding.sparse = case.sparse
    table = [model.embedding.weight] if case.sparse else []
    trained = [p for p in model.parameters() if p.requires_grad and not (table and p is table[0])]
    generator = torch.Generator().manual_seed(0)

    def epoch() -> None:
        optimizers = [torch.optim.Adam(trained, fused=True)]
        if table:
            optimizers.append(torch.optim.SparseAdam(table))
        model.train()
        for batch in train.batches(bucketed(train.lengths, BATCH, generator)):
            model.zero_grad()
            logits = model.head(model.encoder(model.embedding(batch.ids), batch.mask))[:, 0]
            nn.functional.binary_cross_entropy_with_logits(logits, batch.labels.float()).backward()
            for optimizer in optimizers:
                optimizer.step()

    return epoch, lambda split: share_right(model, split)


def as_the_notebook(case: Case, train: EncodedSplit) -> tuple[Callable[[], None], Accuracy]:
    def padded(split: EncodedSplit) -> tuple[torch.Tensor, torch.Tensor]:
        (batch,) = split.batches([torch.arange(len(split))])
        missing = LONGEST - batch.ids.shape[1]
        return nn.functional.pad(batch.ids, (0, missing)), batch.labels.float()

    model = NotebookModel(model_of(case), case)
    trained = [p for p in model.parameters() if p.requires_grad]
    ids, labels = padded(train)

    def epoch() -> None:
        optimizer = torch.optim.Adam(trained)
        model.train()
        for rows in torch.split(torch.randperm(len(train)), BATCH):
            optimizer.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(model(ids[rows])[:, 0], labels[rows]).backward()
            optimizer.step()

    def accuracy(split: EncodedSplit) -> float:
        other, true = padded(split)
        with torch.inference_mode():
            return float(((model(other)[:, 0] >= 0) == true.bool()).float().mean())

    return epoch, accuracy


CONTENDERS = {"embedkit": with_embedkit, "by hand": by_hand, "notebook": as_the_notebook}


def measure(case: Case, count: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Median seconds of an epoch, the first one left out, and accuracy, by contender."""
    train, other = texts(count, case.rows, seed=1), texts(1000, case.rows, seed=2)
    ready = {name: prepare(case, train) for name, prepare in CONTENDERS.items()}
    taken: dict[str, list[float]] = {name: [] for name in ready}
    for _ in range(rounds + 1):
        for name, (epoch, _) in ready.items():
            start = time.perf_counter()
            epoch()
            taken[name].append(time.perf_counter() - start)
    return {name: (statistics.median(taken[name][1:]), ready[name][1](other)) for name in ready}


def report(name: str, case: Case, count: int, rounds: int) -> bool:
    """Print a case; whether its goals are reached."""
    measured = measure(case, count, rounds)
    ours = measured["embedkit"][0]
    goals = {"notebook": case.notebook, "by hand": case.by_hand}
    reached = True
    for contender, (seconds, accuracy) in measured.items():
        ratio, goal = seconds / ours, goals.get(contender)
        reached &= goal is None or ratio >= goal
        aim = f"{goal}×" if goal else ""
        print(f"{name:16}{contender:10}{seconds:9.2f} s{ratio:8.2f}×{aim:>8}{accuracy:10.3f}", flush=True)
    return reached


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], default=[])
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args(arguments)
    torch.set_num_threads(1)
    print(f"{'':16}{'':10}{'epoch':>11}{'ratio':>9}{'goal':>8}{'accuracy':>10}")
    chosen = {name: CASES[name] for name in asked.cases or CASES}
    reached = [report(name, case, asked.texts, asked.rounds) for name, case in chosen.items()]
    return int(not all(reached))


if __name__ == "__main__":
    sys.exit(main())
