from __future__ import annotations

from dataclasses import replace

import torch

from embedkit.text.batching import EncodedSplit

SPLIT = EncodedSplit(ids=[[2, 3, 4], [], [5], [6, 7]], labels=[0, 1, 0, 1], example_ids=[1, 2, 3, 4])


def test_padding_is_on_the_right_up_to_the_longest_text_of_the_batch():
    first, second = SPLIT.batches(2)
    assert first.ids.tolist() == [[2, 3, 4], [0, 0, 0]]
    assert first.mask.tolist() == [[True, True, True], [False, False, False]]
    assert second.ids.tolist() == [[5, 0], [6, 7]]
    assert second.labels.tolist() == [0, 1]


def test_with_a_length_every_batch_is_padded_to_it():
    split = replace(SPLIT, length=5)
    assert [batch.ids.shape for batch in split.batches(3)] == [(3, 5), (1, 5)]


def test_a_batch_of_empty_texts_has_one_column_of_padding():
    (batch,) = EncodedSplit(ids=[[], []], labels=[0, 0], example_ids=[1, 2]).batches(2)
    assert batch.ids.tolist() == [[0], [0]]
    assert not batch.mask.any()


def test_an_order_is_followed_and_every_row_comes_once():
    batches = [*SPLIT.batches(3, torch.tensor([3, 1, 0, 2]))]
    assert [row for batch in batches for row in batch.rows.tolist()] == [3, 1, 0, 2]
    assert batches[0].ids.tolist() == [[6, 7, 0], [0, 0, 0], [2, 3, 4]]
    assert batches[0].labels.tolist() == [1, 1, 0]
