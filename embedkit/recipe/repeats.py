"""Recipes of several runs: every fold, every seed, and each of these runs as a recipe of its own."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any, TypeVar

from embedkit.errors import Fault
from embedkit.recipe.document import Findings
from embedkit.recipe.schema import TrainingRecipe

R = TypeVar("R", bound=TrainingRecipe)

CURVE_SEEDS = 5
"""How many seeds the learning curve of a recipe without folds and seeds has."""


def single_runs(recipe: R) -> dict[str, R]:
    """Return the single runs of a recipe by name, such as `fold-0`, `seed-1` or `fold-0-seed-1`.

    Ordered by fold, then by seed. Empty for a recipe of one run, such as the recipes in the result.
    """
    several = product(_folds(recipe), sorted(recipe.seeds) if recipe.seeds else [None])
    named = {_name(fold, seed): _single(recipe, fold, seed) for fold, seed in several}
    return {name: single for name, single in named.items() if name}


def curve_runs(recipe: R) -> dict[str, R]:
    """Return the runs that the learning curve of a recipe needs beside those of the recipe itself, by name.

    These are the single runs on each share, such as `share-0.25-fold-0`. A recipe that makes one run is
    repeated with CURVE_SEEDS seeds, its own and those that follow it: on the shares, and on all texts.
    """
    full = single_runs(recipe)
    if not full:
        seeds = (*((recipe.seed + further) % 2**32 for further in range(CURVE_SEEDS)),)
        full = single_runs(recipe.model_copy(update={"seeds": seeds}))
        more = {name: single for name, single in full.items() if single.seed != recipe.seed}
    else:
        more = {}
    shares = sorted(recipe.data.learning_curve or ())
    some = {f"share-{share}-{name}": _on(single, share) for share in shares for name, single in full.items()}
    return {**some, **{f"all-{name}": single for name, single in more.items()}}


def _on(single: R, share: float) -> R:
    return single.model_copy(update={"data": single.data.model_copy(update={"share": share})})


def _folds(recipe: TrainingRecipe) -> list[int] | list[None]:
    """Return the folds to be held out in turn; [None] without folds, or if the recipe chooses one."""
    folds = recipe.data.folds
    return [None] if folds is None or folds.only is not None else [*range(folds.count)]


def _name(fold: int | None, seed: int | None) -> str:
    parts = {"fold": fold, "seed": seed}
    return "-".join(f"{part}-{number}" for part, number in parts.items() if number is not None)


def _single(recipe: R, fold: int | None, seed: int | None) -> R:
    data: dict[str, Any] = {"learning_curve": None}
    if fold is not None and recipe.data.folds is not None:
        data["folds"] = recipe.data.folds.model_copy(update={"only": fold})
    changes: dict[str, Any] = {"data": recipe.data.model_copy(update=data)}
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


def check_learning_curve(data: Mapping[Any, Any], findings: Findings) -> None:
    """Add a fault for a learning curve without held-out texts or beside `share`, and for repeated shares."""
    shares, where = data.get("learning_curve"), ("data", "learning_curve")
    if shares is None:
        return
    if all(data.get(key) is None for key in ("validation", "test", "folds")):
        hint = "Name data.test or data.folds."
        findings.add(where, Fault("no texts are held out that could be scored", hint=hint))
    if data.get("share") is not None:
        findings.add(("data", "share"), "a learning curve has shares of its own, and all training texts")
    for index, share in enumerate(shares if isinstance(shares, tuple) else ()):
        if share in shares[:index]:
            findings.add((*where, index), f"the share {share:g} stands here twice")


def check_seeds(seeds: object, findings: Findings) -> None:
    """Add a fault for each seed that is listed twice."""
    for index, seed in enumerate(seeds if isinstance(seeds, tuple) else ()):
        if isinstance(seed, int) and seed in seeds[:index]:  # type: ignore[index]
            findings.add(("seeds", index), f"the seed {seed} stands here twice")
