"""skorch as a contender in benchmarks/training.py: the same module, optimizer and texts, in its loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from skorch import NeuralNetBinaryClassifier
from skorch.callbacks import Callback
from torch import Tensor
from torch.utils.data import Dataset
from training_cases import Case, model_of
from training_contenders import BATCH, LR, Accuracy, Fit, accuracy_of

from embedkit.text.batching import EncodedSplit


class Texts(Dataset):
    """A row for each text: embedkit cuts a batch at once out of many, which is kinder than text by text."""

    def __init__(self, split: EncodedSplit) -> None:
        self.split = split

    def __len__(self) -> int:
        return len(self.split)

    def __getitem__(self, row: int) -> int:
        return row

    def batch(self, rows: Sequence[int]) -> tuple[dict[str, Tensor], Tensor]:
        """Ids and mask, padded to the longest of these texts, and labels."""
        (batch,) = self.split.batches([torch.tensor(rows)])
        return {"ids": batch.inputs, "mask": batch.mask}, batch.labels.float()


class AfterEpoch(Callback):
    def __init__(self, call: Callable[[Accuracy], None]) -> None:
        self.call = call

    def on_epoch_end(self, net: NeuralNetBinaryClassifier, **_: object) -> None:
        self.call(accuracy_of(net.module_))


def with_skorch(case: Case, train: EncodedSplit) -> Fit:
    model, texts = model_of(case), Texts(train)

    def run(epochs: int, after_epoch: Callable[[Accuracy], None]) -> None:
        # The labels are in the batches, but skorch wants to see that there are some.
        NeuralNetBinaryClassifier(
            model,
            optimizer=torch.optim.Adam,
            optimizer__fused=True,
            lr=LR,
            max_epochs=epochs,
            batch_size=BATCH,
            iterator_train__shuffle=True,
            iterator_train__collate_fn=texts.batch,
            train_split=None,
            callbacks=[AfterEpoch(after_epoch)],
            verbose=0,
        ).fit(texts, train.labels)

    return run
