"""Who trains in benchmarks/training.py: each is given a case and texts, and trains epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits as loss_of
from torch.nn.functional import pad
from torch.nn.utils.rnn import pack_padded_sequence
from training_cases import DIM, LONGEST, Case, model_of

from embedkit.evaluation.outputs import score_split
from embedkit.model.classifier import TextClassifier
from embedkit.recipe.sections.training import Training
from embedkit.text.batching import EncodedSplit
from embedkit.text.grouping import bucketed
from embedkit.training.trainer import Trainer

BATCH, LR, SEED = 64, 3e-3, 1

Accuracy = Callable[[EncodedSplit], float]
Fit = Callable[[int, Callable[[Accuracy], None]], None]
"""Trains so many epochs and after each of them says how to measure the accuracy on a split."""


def accuracy_of(model: TextClassifier) -> Accuracy:
    return lambda split: float((score_split(model, split).predicted(0.5) == split.labels).mean())


def with_embedkit(case: Case, train: EncodedSplit) -> Fit:
    model = model_of(case)

    def run(epochs: int, after_epoch: Callable[[Accuracy], None]) -> None:
        settings = Training(epochs=epochs, batch_size=BATCH, lr=LR)
        with Trainer(model, train, settings, SEED) as trainer:
            for _ in trainer:
                after_epoch(accuracy_of(model))

    return run


def by_hand(case: Case, train: EncodedSplit) -> Fit:
    """The best loop of PyTorch's own parts: buckets, fused Adam, SparseAdam for a table of `sparse`."""
    model = model_of(case)
    model.encoder = OwnEnds(model.encoder.rnn)
    return bare_loop(case, model, train)


def own_encoder(case: Case, train: EncodedSplit) -> Fit:
    """The loop by hand around embedkit's encoder: what is left between the two is the loop's."""
    return bare_loop(case, model_of(case), train)


def bare_loop(case: Case, model: TextClassifier, train: EncodedSplit) -> Fit:
    table = model.embedding.layer()
    table.sparse = case.sparse
    optimizers = optimizers_of(model, case.sparse)

    def run(epochs: int, after_epoch: Callable[[Accuracy], None]) -> None:
        generator = torch.Generator().manual_seed(SEED)
        for _ in range(epochs):
            model.train()
            for batch in train.batches(bucketed(train.lengths, BATCH, generator)):
                for optimizer in optimizers:
                    optimizer.zero_grad()
                logits = model.head(model.encoder(*table(batch.inputs, batch.mask)))[:, 0]
                loss_of(logits, batch.labels.float()).backward()
                for optimizer in optimizers:
                    optimizer.step()
            after_epoch(accuracy_of(model))

    return run


class OwnEnds(nn.Module):
    """PyTorch's recurrent layers, states taken at the texts' own ends; packed where they read both ways."""

    def __init__(self, rnn: nn.RNNBase) -> None:
        super().__init__()
        self.rnn = rnn
        self.output_dim = rnn.hidden_size * (2 if rnn.bidirectional else 1)

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """[B, T, D] -> [B, H]; every text has a token."""
        lengths = mask.sum(1)
        if not self.rnn.bidirectional:
            return self.rnn(embedded)[0][torch.arange(len(embedded)), lengths - 1]
        packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        final = self.rnn(packed)[1]
        states = final[0] if isinstance(final, tuple) else final
        return torch.cat([*states[-2:]], dim=1)


def optimizers_of(model: TextClassifier, sparse_table: bool) -> list[torch.optim.Optimizer]:
    table = [model.embedding.weight] if sparse_table else []
    others = [p for p in model.parameters() if p.requires_grad and all(p is not t for t in table)]
    sparse = [torch.optim.SparseAdam(table, lr=LR)] if table else []
    return [torch.optim.Adam(others, lr=LR, fused=True), *sparse]


def padded_to_longest(split: EncodedSplit) -> tuple[Tensor, Tensor, Tensor]:
    """All ids and masks [n, LONGEST], and labels."""
    (batch,) = split.batches([torch.arange(len(split))])
    missing = (0, LONGEST - batch.inputs.shape[1])
    return pad(batch.inputs, missing), pad(batch.mask, missing), batch.labels


def padded(case: Case, train: EncodedSplit) -> Fit:
    """The notebook's loop, but for the encoder, which takes the states at the texts' own ends."""
    return padding_all(model_of(case), train)


def as_the_notebook(case: Case, train: EncodedSplit) -> Fit:
    """All texts padded to the longest, the padding read as text, and dense Adam over the whole table."""
    return padding_all(NotebookModel(model_of(case), case), train)


class NotebookModel(nn.Module):
    """The notebook's model: the last state, after the padding."""

    def __init__(self, model: TextClassifier, case: Case) -> None:
        super().__init__()
        kind = {"rnn": nn.RNN, "lstm": nn.LSTM}[case.encoder]
        self.embedding, self.head = model.embedding.layer(), model.head
        self.recurrent = kind(DIM, batch_first=True, **case.keys)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Ids [B, T] to logits [B, 1]."""
        final = self.recurrent(self.embedding(ids, mask)[0])[1]
        states = final[0] if isinstance(final, tuple) else final
        return self.head(torch.cat([*states], dim=1))


def padding_all(model: nn.Module, train: EncodedSplit) -> Fit:
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=LR)
    ids, mask, labels = padded_to_longest(train)

    def accuracy(split: EncodedSplit) -> float:
        ids, mask, labels = padded_to_longest(split)
        with torch.inference_mode():
            return float(((model(ids, mask)[:, 0] >= 0) == labels).float().mean())

    def run(epochs: int, after_epoch: Callable[[Accuracy], None]) -> None:
        for _ in range(epochs):
            for rows in torch.split(torch.randperm(len(train)), BATCH):
                optimizer.zero_grad()
                loss_of(model(ids[rows], mask[rows])[:, 0], labels[rows].float()).backward()
                optimizer.step()
            after_epoch(accuracy)

    return run
