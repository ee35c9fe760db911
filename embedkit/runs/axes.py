"""The axes of a run: what it is of several runs, such as which fold, which seed, which combination."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from embedkit.recipe.document import Plain
from embedkit.recipe.frozen import FrozenMapping, freeze, thaw

ABLATION = "ablation"
"""The embedding that hides a share of another one's vectors."""


@dataclass(frozen=True)
class Axes:
    """The fold that a run holds out, its seed, and its shares of hidden vectors and of the training texts.

    Each is None where the run has none.

    A run that is made of several, of folds or seeds, has neither a fold nor a seed of its own. `candidate` is
    the name of what the run is a training of, in a matrix or a ranking; `matrix` are the values of the axes
    of a matrix, by dotted key. Both are known to who planned the run, and not to its recipe.
    """

    fold: int | None = None
    seed: int | None = None
    hidden: float | None = None
    share: float | None = None
    candidate: str | None = None
    matrix: Plain = field(default_factory=lambda: FrozenMapping({}), hash=False)

    @classmethod
    def of(cls, recipe: Plain) -> Axes:
        """Return the axes of the run that a recipe makes, given as plain data; none for a recipe of a matrix.

        Raises ValueError if the recipe has something else than a number there.
        """
        if recipe.get("matrix") is not None:
            return cls()
        data, embedding = _mapping(recipe.get("data")), _mapping(recipe.get("embedding"))
        folds = _mapping(data.get("folds"))
        several = recipe.get("seeds") is not None or (folds and folds.get("only") is None)
        given = {
            "fold": folds.get("only"),
            "seed": None if several else recipe.get("seed"),
            "hidden": embedding.get("hidden") if embedding.get("use") == ABLATION else None,
            "share": data.get("share"),
        }
        return cls.from_json({name: value for name, value in given.items() if value is not None})

    @classmethod
    def from_json(cls, value: object) -> Axes:
        """Return the axes that `to_json` returned as plain data. Raises ValueError for anything else."""
        if not isinstance(value, Mapping) or not all(_is_axis(*item) for item in value.items()):
            raise ValueError("no axes of a run")
        return cls(**{name: freeze(axis) for name, axis in value.items()})

    def to_json(self) -> dict[str, Any]:
        """Return the axes that the run has, by name."""
        axes = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: thaw(value) for name, value in axes.items() if value is not None and value != {}}

    @property
    def of_recipe(self) -> Axes:
        """Return the axes that the recipe of the run has as well."""
        return replace(self, candidate=None, matrix=FrozenMapping({}))

    @property
    def position(self) -> tuple[int, int]:
        """Return the sort key of the runs inside a run: by fold, then by seed."""
        return (-1 if self.fold is None else self.fold), (-1 if self.seed is None else self.seed)


def _mapping(value: object) -> Plain:
    return value if isinstance(value, Mapping) else {}


def _is_axis(name: object, value: object) -> bool:
    """Return whether a value is one that the axis `name` can have."""
    if name not in {each.name for each in fields(Axes)} or isinstance(value, bool):
        return False
    if name == "candidate":
        return isinstance(value, str) and value != ""
    if name == "matrix":
        return isinstance(value, Mapping) and bool(value) and all(isinstance(key, str) for key in value)
    if name == "hidden":
        return isinstance(value, int | float) and 0 <= value < 1
    if name == "share":
        return isinstance(value, int | float) and 0 < value < 1
    return isinstance(value, int) and value >= 0
