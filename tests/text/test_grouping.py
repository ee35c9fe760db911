from __future__ import annotations

import numpy as np
import pytest
import torch

from embedkit.text.grouping import bucketed, by_length, in_order, shuffled

LENGTHS = torch.from_numpy(np.random.default_rng(0).geometric(0.05, 1003))


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def rows(groups):
    return torch.cat([*groups]).tolist()


def padding(groups):
    """Cells of padding in batches that are padded to their longest text."""
    return sum(int(LENGTHS[group].max()) * len(group) - int(LENGTHS[group].sum()) for group in groups)


@pytest.mark.parametrize("texts", [1, 2, 9, 10, 11, 1003])
def test_every_row_stands_in_one_group_and_one_group_at_most_is_smaller(texts):
    lengths = LENGTHS[:texts]
    for groups in (
        in_order(texts, 10),
        shuffled(texts, 10, generator()),
        bucketed(lengths, 10, generator()),
        by_length(lengths, 10),
    ):
        assert sorted(rows(groups)) == [*range(texts)]
        assert sorted(map(len, groups))[1:] == [10] * (len(groups) - 1)


def test_source_order_and_order_by_length():
    assert rows(in_order(7, 3)) == [*range(7)]
    assert rows(by_length(torch.tensor([3, 1, 2, 1]), 3)) == [1, 3, 2, 0]


def test_buckets_spare_most_of_the_padding():
    assert padding(bucketed(LENGTHS, 10, generator())) < padding(shuffled(1003, 10, generator())) / 5


def test_buckets_are_random_in_who_meets_whom_and_in_the_order_of_batches():
    first, second = (bucketed(LENGTHS, 10, generator(seed)) for seed in (1, 2))
    assert not {tuple(sorted(group.tolist())) for group in first} & {
        tuple(sorted(group.tolist())) for group in second
    }
    mean_lengths = [float(LENGTHS[group].double().mean()) for group in first]
    assert abs(np.corrcoef(mean_lengths, range(len(first)))[0, 1]) < 0.3


def test_few_texts_are_not_sorted_as_a_whole():
    made = {
        tuple(sorted(group.tolist()))
        for seed in range(20)
        for group in bucketed(LENGTHS[:40], 5, generator(seed))
    }
    assert len(made) > 100


def test_the_generator_decides():
    again = [rows(bucketed(LENGTHS, 10, generator(3))) for _ in range(2)]
    assert again[0] == again[1] != rows(bucketed(LENGTHS, 10, generator(4)))
