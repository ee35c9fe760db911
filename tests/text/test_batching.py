from __future__ import annotations

import torch

from embedkit.text.batching import EncodedSplit
from embedkit.text.grouping import in_order

IDS = [[2, 3, 4], [], [5], [6, 7]]
SPLIT = EncodedSplit.of(texts=IDS, labels=[0, 1, 0, 1], example_ids=[1, 2, 3, 4])


def batches(split, size):
    return [*split.batches(in_order(len(split), size))]


def test_padding_is_on_the_right_up_to_the_longest_text_of_the_batch():
    first, second = batches(SPLIT, 2)
    assert first.inputs.tolist() == [[2, 3, 4], [0, 0, 0]]
    assert first.mask.tolist() == [[True, True, True], [False, False, False]]
    assert second.inputs.tolist() == [[5, 0], [6, 7]]
    assert second.labels.tolist() == [0, 1]


def test_with_a_length_every_batch_is_padded_to_it():
    split = EncodedSplit.of(IDS, SPLIT.labels, SPLIT.example_ids, length=5)
    assert [batch.inputs.shape for batch in batches(split, 3)] == [(3, 5), (1, 5)]
    assert batches(split, 4)[0].inputs.tolist() == [
        [2, 3, 4, 0, 0],
        [0, 0, 0, 0, 0],
        [5, 0, 0, 0, 0],
        [6, 7, 0, 0, 0],
    ]


def test_a_batch_of_empty_texts_has_one_column_of_padding():
    (batch,) = batches(EncodedSplit.of(texts=[[], []], labels=[0, 0], example_ids=[1, 2]), 2)
    assert batch.inputs.tolist() == [[0], [0]]
    assert not batch.mask.any()


def test_groups_are_followed():
    made = [*SPLIT.batches([torch.tensor([3, 1, 0]), torch.tensor([2])])]
    assert [batch.rows.tolist() for batch in made] == [[3, 1, 0], [2]]
    assert made[0].inputs.tolist() == [[6, 7, 0], [0, 0, 0], [2, 3, 4]]
    assert made[0].labels.tolist() == [1, 1, 0]
    assert made[1].inputs.tolist() == [[5]]
