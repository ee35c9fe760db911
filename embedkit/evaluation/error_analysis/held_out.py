"""What models predict of labelled texts that none of them was trained on, as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from embedkit.errors import Fault, RunError
from embedkit.evaluation.comparison.matching import DRAWN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.interfaces import BoolArray, IntArray


@dataclass(frozen=True)
class HeldOut:
    """The texts that M models predicted and none of them was trained on, N texts of one of C classes each.

    `ids` [N] are the rows of the texts in their source; `tokens` has those of each text, as the tokenizer of
    the first model made them. `labels` [N] int64 are positions in `classes`. `probabilities` [M, N, C]
    float64 are those of each model; `models` [M] names the models: recipes, seeds, or both. `recipes` [M]
    names the recipe of each model, which models that differ by seed alone share; if it is empty, each model
    has a recipe of its own.
    """

    ids: IntArray
    texts: tuple[str, ...]
    tokens: tuple[tuple[str, ...], ...]
    labels: IntArray
    classes: tuple[str, ...]
    probabilities: NDArray[np.float64]
    models: tuple[str, ...]
    recipes: tuple[str, ...] = ()

    @cached_property
    def predicted(self) -> IntArray:
        """Return what each model predicts, positions in `classes` [M, N]."""
        return np.asarray(self.probabilities.argmax(axis=2), np.int64)

    @cached_property
    def wrong(self) -> BoolArray:
        """Return whether each model is wrong on each text, [M, N]."""
        return np.asarray(self.predicted != self.labels, bool)

    @cached_property
    def informative(self) -> HeldOut:
        """Return the models that do not predict the same class of every text; all, if there are none such.

        A model of one class, such as a majority baseline, is right on all texts of that class, whatever they
        say: it is no witness to a text or to its label.
        """
        several = (self.predicted != self.predicted[:, :1]).any(axis=1)
        return self.of_models(np.flatnonzero(several).tolist()) if several.any() else self

    def of_models(self, places: Sequence[int]) -> HeldOut:
        """Return the predictions of the models at `places` alone."""
        return replace(
            self,
            probabilities=self.probabilities[[*places]],
            models=tuple(self.models[place] for place in places),
            recipes=tuple(self.recipes[place] for place in places if self.recipes),
        )

    def by_recipe(self) -> HeldOut:
        """Return one model for each recipe: the mean of the probabilities over its seeds."""
        if not self.recipes:
            return self
        names = tuple(dict.fromkeys(self.recipes))
        own = [[place for place, of in enumerate(self.recipes) if of == name] for name in names]
        means = np.stack([self.probabilities[places].mean(axis=0) for places in own])
        return replace(self, probabilities=means, models=names, recipes=names)


def joined(parts: Sequence[HeldOut]) -> HeldOut:
    """Return the models of all parts on the same texts, which are those of the first part, in its order.

    Classes are matched by name, in the order of the first part; a class that a part does not have gets the
    probability 0. Raises RunError, with a fault for each part that has other texts or labels than the first.
    """
    first, *others = parts
    faults = [
        Fault(what, where=f"{first.models[0]} and {part.models[0]}", hint=hint)
        for part in others
        for what, hint in [*_different(first, part)][:1]
    ]
    if faults:
        raise RunError(*faults)
    classes = tuple(dict.fromkeys(name for part in parts for name in part.classes))
    return replace(
        first,
        classes=classes,
        probabilities=np.concatenate([_in_order(part, first.ids, classes) for part in parts]),
        models=tuple(name for part in parts for name in part.models),
        recipes=tuple(name for part in parts for name in part.recipes or part.models),
    )


def _different(first: HeldOut, second: HeldOut) -> Iterator[tuple[str, str | None]]:
    """Yield why two parts cannot be joined, the most important reason first, each with a hint or None."""
    if (alone := np.setxor1d(first.ids, second.ids)).size:
        both = np.intersect1d(first.ids, second.ids).size
        only = f"{len(alone):,} of one alone, such as id {alone[0]}"
        yield f"not evaluated on the same texts: {only}; {both:,} of both", DRAWN
        return
    here, there = np.argsort(first.ids), np.argsort(second.ids)
    for mine, other in zip(here.tolist(), there.tolist(), strict=True):
        if first.texts[mine] != second.texts[other]:
            yield f"text {first.ids[mine]} is another one", None
        labels = first.classes[first.labels[mine]], second.classes[second.labels[other]]
        if labels[0] != labels[1]:
            apart = f"'{labels[0]}' in one, and '{labels[1]}' in the other"
            yield f"text {first.ids[mine]} has the label {apart}", None


def _in_order(part: HeldOut, ids: IntArray, classes: Sequence[str]) -> NDArray[np.float64]:
    """Return the probabilities of a part for `ids` and `classes`, in their order."""
    order = np.argsort(part.ids)
    rows = order[np.searchsorted(part.ids, ids, sorter=order)]
    ordered = np.zeros((len(part.models), len(ids), len(classes)))
    ordered[:, :, [classes.index(name) for name in part.classes]] = part.probabilities[:, rows]
    return ordered
