"""Recipes of several runs: every fold, every seed, and each of these runs as a recipe of its own."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any, TypeVar

from embedkit.errors import Fault
from embedkit.recipe.document import Findings
from embedkit.recipe.schema import TrainingRecipe

R = TypeVar("R", bound=TrainingRecipe)


def single_runs(recipe: R) -> dict[str, R]:
    """Return the single runs of a recipe by name, such as `fold-0`, `seed-1` or `fold-0-seed-1`.

    Ordered by fold, then by seed. Empty for a recipe of one run, such as the recipes in the result.
    """
    several = product(_folds(recipe), sorted(recipe.seeds) if recipe.seeds else [None])
    named = {_name(fold, seed): _single(recipe, fold, seed) for fold, seed in several}
    return {name: single for name, single in named.items() if name}


def _folds(recipe: TrainingRecipe) -> list[int] | list[None]:
    """Return the folds to be held out in turn; [None] without folds, or if the recipe chooses one."""
    folds = recipe.data.folds
    return [None] if folds is None or folds.only is not None else [*range(folds.count)]


def _name(fold: int | None, seed: int | None) -> str:
    parts = {"fold": fold, "seed": seed}
    return "-".join(f"{part}-{number}" for part, number in parts.items() if number is not None)


def _single(recipe: R, fold: int | None, seed: int | None) -> R:
    changes: dict[str, Any] = {}
    if fold is not None and recipe.data.folds is not None:
        folds = recipe.data.folds.model_copy(update={"only": fold})
        changes["data"] = recipe.data.model_copy(update={"folds": folds})
    if seed is not None:
        changes |= {"seed": seed, "seeds": None}
    return recipe.model_copy(update=changes)


def check_folds(data: Mapping[Any, Any], findings: Findings) -> None:
    """Add a fault for a test split beside folds, a missing fold, and keys of drawing beside a file."""
    folds = data.get("folds")
    if not isinstance(folds, Mapping):
        return
    if data.get("test") is not None:
        hint = "Leave data.test out; a share of each fold's training part may be data.validation."
        findings.add(("data", "test"), Fault("with data.folds, each fold is the test split", hint=hint))
    count, only = folds.get("count"), folds.get("only")
    if isinstance(count, int) and isinstance(only, int) and only >= count:
        findings.add(
            ("data", "folds", "only"), f"there is no fold {only}: {count} folds are 0 to {count - 1}"
        )
    for key in ("seed", "keep_duplicates_together") if folds.get("file") is not None else ():
        if folds.get(key):
            findings.add(("data", "folds", key), "the folds come from a file and are not drawn")


def check_seeds(seeds: object, findings: Findings) -> None:
    """Add a fault for each seed that is listed twice."""
    for index, seed in enumerate(seeds if isinstance(seeds, tuple) else ()):
        if isinstance(seed, int) and seed in seeds[:index]:  # type: ignore[index]
            findings.add(("seeds", index), f"the seed {seed} stands here twice")
