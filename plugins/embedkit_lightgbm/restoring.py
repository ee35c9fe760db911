"""The fitted baseline from its state.

A state may come from somebody else, so every index in it is checked before it is followed: a tree that led
back to its own root would never end. LightGBM reads its own model files without such checks, therefore the
state has the trees as arrays, and not as LightGBM's text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedkit.plugin_api import BaselineState, DataError, Fault
from embedkit_lightgbm.features import Wording, vectorizer
from embedkit_lightgbm.fitted import FittedTrees
from embedkit_lightgbm.trees import Ints, Tree, Trees


def restored(wording: Wording, state: BaselineState, classes: int, several: bool) -> FittedTrees:
    """Return the fitted baseline that had `state`; a text may have `several` of the classes, or one.

    Raises DataError if it is no such state.
    """
    stored = _Stored(state)
    terms, columns = stored.terms(), stored.columns(classes, several)
    scores = 1 if len(columns) == 2 and not several else len(columns)
    words = vectorizer(wording)
    words.vocabulary_ = {term: column for column, term in enumerate(terms)}
    words.idf_ = stored.array("idf", "float64", len(terms))
    return FittedTrees(words, stored.trees(len(terms), scores), columns, classes, several, stored.chosen())


@dataclass(frozen=True)
class _Stored:
    """The parts of a state. Each method raises DataError for a part that is missing or cannot be."""

    state: BaselineState

    def array(self, name: str, dtype: str, size: int | None = None) -> NDArray[Any]:
        """Return an array in one dimension; None for any size."""
        array = self.state.arrays.get(name)
        if array is None or str(array.dtype) != dtype or array.ndim != 1:
            raise _refused(f"no array '{name}' of {dtype} in one dimension")
        if size is not None and len(array) != size:
            raise _refused(f"'{name}' has {len(array)} numbers instead of {size}")
        return array

    def terms(self) -> list[str]:
        """Return the n-grams in the order of their columns."""
        try:
            terms = self.array("terms", "uint8").tobytes().decode().split("\n")
        except UnicodeDecodeError as error:
            raise _refused("n-grams that are no UTF-8") from error
        if len({*terms}) < len(terms) or "" in terms:
            raise _refused("an n-gram that stands there twice, or is empty")
        return terms

    def columns(self, classes: int, several: bool) -> Ints:
        """Return which classes occurred in training, ascending: two or more or, of `several`, all."""
        columns = self.array("columns", "int64")
        if not _ascending(columns, classes) or len(columns) < (classes if several else 2):
            raise _refused(f"'columns' are no classes, of {classes}")
        return columns

    def trees(self, columns: int, scores: int) -> Trees:
        """Return the trees over so many columns, which add to so many scores."""
        targets, nodes = self.array("targets", "int64"), self.array("nodes", "int64")
        if len(nodes) != len(targets) or not _within(nodes, 0, 1024):
            raise _refused("'nodes' are no numbers of nodes, one for each tree")
        if not _within(targets, 0, scores):
            raise _refused(f"'targets' are none of {scores} scores")
        total = int(nodes.sum())
        parts = [
            np.split(self.array(name, dtype, total), np.cumsum(nodes)[:-1])
            for name, dtype in (
                ("features", "int64"),
                ("thresholds", "float64"),
                ("left", "int64"),
                ("right", "int64"),
            )
        ]
        leaves = np.split(self.array("leaves", "float64", total + len(nodes)), np.cumsum(nodes + 1)[:-1])
        trees = tuple(Tree(*of_tree) for of_tree in zip(*parts, leaves, strict=True)) if len(nodes) else ()
        for tree in trees:
            _check_tree(tree, columns)
        return Trees(trees, targets, scores)

    def chosen(self) -> Mapping[str, float | int]:
        """Return the parameters that were chosen, by name."""
        chosen = self.state.data.get("chosen")
        if not isinstance(chosen, Mapping) or not all(_is_number(value) for value in chosen.values()):
            raise _refused("'chosen' holds more than numbers by name")
        return dict(chosen)


def _check_tree(tree: Tree, columns: int) -> None:
    """Raise DataError unless every node leads to later nodes and leaves, and each of those has one parent."""
    if not _within(tree.features, 0, columns):
        raise _refused(f"a node looks at a word that is none of {columns}")
    count = len(tree.features)
    children = np.concatenate([tree.left, tree.right])
    below = np.tile(np.arange(count), 2)
    later = (children > below) | (children < 0)
    if not later.all() or sorted(children.tolist()) != [*range(-count - 1, 0), *range(1, count)] * (
        count > 0
    ):
        raise _refused("the nodes are no tree")


def _within(numbers: Ints, first: int, end: int) -> bool:
    return bool(((numbers >= first) & (numbers < end)).all())


def _ascending(numbers: Ints, end: int) -> bool:
    return _within(numbers, 0, end) and bool((np.diff(numbers) > 0).all())


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refused(what: str) -> DataError:
    return DataError(Fault(what))
