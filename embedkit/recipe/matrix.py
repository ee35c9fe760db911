"""A recipe with the key `matrix`: many recipes, one for each combination of the values of its axes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from embedkit.recipe.combinations.ids import REPEATS, canonical, combination_ids
from embedkit.recipe.document import Plain
from embedkit.recipe.frozen import thaw
from embedkit.recipe.schema import TrainingRecipe
from embedkit.recipe.several import MATRIX


@dataclass(frozen=True)
class Combination:
    """A recipe of a matrix; its axes, dotted keys with plain values, and the id that follows from them."""

    id: str
    axes: Plain
    recipe: TrainingRecipe


@dataclass(frozen=True)
class MatrixRecipe:
    """A recipe that stands for many: those of its combinations, in the order in which the matrix makes them.

    `base` is what they start from, `matrix` the section that varies it, both plain data, with defaults and
    absolute paths.
    """

    name: str
    combinations: tuple[Combination, ...]
    base: Plain
    matrix: Plain

    @cached_property
    def candidates(self) -> Mapping[str, str]:
        """Return what each combination is a training of, by its id: the id that it has without seed and fold.

        A combination without other axes is a training of the candidate that has the name of the recipe.
        """
        apart = {each.id: _without_repeats(each.axes) for each in self.combinations}
        distinct = {canonical(axes): axes for axes in apart.values() if axes}
        keys = {key for each in self.combinations for key in each.axes}
        names = dict(zip(distinct, combination_ids([*distinct.values()], keys), strict=True))
        return {id: names.get(canonical(axes), self.name) for id, axes in apart.items()}

    def to_plain(self) -> dict[str, Any]:
        """Return the recipe as it stands in YAML."""
        return {**thaw(self.base), MATRIX: thaw(self.matrix)}

    def to_yaml(self) -> str:
        """Return the recipe as YAML 1.2, which loads to an equal recipe."""
        from embedkit.recipe.dump import dump

        return dump(self.to_plain())


def _without_repeats(axes: Plain) -> Plain:
    return {key: value for key, value in axes.items() if key not in REPEATS}
