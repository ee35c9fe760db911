"""Decision trees as arrays of numbers, and the scores that they give to texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

AT_ONCE = 1 << 22
"""Numbers in a dense block of texts."""


@dataclass(frozen=True)
class Tree:
    """A tree with nodes 0 to N - 1, of which 0 is the root, and N + 1 leaves.

    A text goes to the left of a node if its number in column `features` is at most `thresholds`. In `left`
    and `right`, [N], a node is its index, a leaf is -1 minus its index.
    """

    features: Ints
    thresholds: Floats
    left: Ints
    right: Ints
    leaves: Floats

    def outputs(self, numbers: Floats) -> Floats:
        """Return the value of the leaf that each text reaches, [n]; `numbers` are [n, columns]."""
        at = np.zeros(len(numbers), dtype=np.int64) if len(self.features) else np.full(len(numbers), -1)
        inside = np.flatnonzero(at >= 0)
        while len(inside):
            node = at[inside]
            is_left = numbers[inside, self.features[node]] <= self.thresholds[node]
            at[inside] = np.where(is_left, self.left[node], self.right[node])
            inside = inside[at[inside] >= 0]
        return np.asarray(self.leaves[-1 - at])


@dataclass(frozen=True)
class Trees:
    """Trees, each of which adds to one of K scores, `targets` [T]."""

    trees: tuple[Tree, ...]
    targets: Ints
    scores: int

    def of_texts(self, weights: Any) -> Floats:
        """Return the scores of texts, [n, K]; `weights` is a sparse matrix [n, F]."""
        used, slim = self._on_used_columns()
        weights = weights.tocsr()[:, used]
        rows = max(1, AT_ONCE // max(1, len(used)))
        blocks = [
            self._scores(slim, np.asarray(weights[start : start + rows].todense(), dtype=np.float64))
            for start in range(0, weights.shape[0], rows)
        ]
        return np.concatenate([np.zeros((0, self.scores)), *blocks])

    def _scores(self, trees: tuple[Tree, ...], numbers: Floats) -> Floats:
        total = np.zeros((len(numbers), self.scores))
        for tree, target in zip(trees, self.targets.tolist(), strict=True):
            total[:, target] += tree.outputs(numbers)
        return total

    def _on_used_columns(self) -> tuple[Ints, tuple[Tree, ...]]:
        """Return the columns that a node looks at, ascending, and the trees over these columns alone."""
        used = np.unique(np.concatenate([np.zeros(0, np.int64), *(tree.features for tree in self.trees)]))
        slim = (
            Tree(np.searchsorted(used, tree.features), tree.thresholds, tree.left, tree.right, tree.leaves)
            for tree in self.trees
        )
        return used, tuple(slim)


def trees_of(model: str) -> Iterator[Tree]:
    """Yield the trees of a model in LightGBM's text format, in its order."""
    _, *blocks = model.partition("\nend of trees")[0].split("\nTree=")
    for block in blocks:
        fields = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        # Without missing numbers and categories, every decision is a comparison; bit 1 is of no consequence.
        assert {*fields.get("decision_type", "").split()} <= {"0", "2"}, fields["decision_type"]
        yield Tree(
            _numbers(fields.get("split_feature", ""), np.int64),
            _numbers(fields.get("threshold", ""), np.float64),
            _numbers(fields.get("left_child", ""), np.int64),
            _numbers(fields.get("right_child", ""), np.int64),
            _numbers(fields["leaf_value"], np.float64),
        )


def _numbers(text: str, dtype: Any) -> NDArray[Any]:
    return np.array(text.split(), dtype=dtype)
