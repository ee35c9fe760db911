"""The recipes that come with embedkit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from embedkit.errors import Fault, RecipeError


@dataclass(frozen=True)
class BundledRecipe:
    """A recipe that comes with embedkit; its first two lines are comments: how to run it, what it shows."""

    name: str
    path: Path
    command: str
    summary: str


def bundled_recipes() -> dict[str, BundledRecipe]:
    """Return every bundled recipe by name, sorted.

    The name is the file's path in the recipe folder without `.yaml`.
    """
    return {name: _describe(name, path) for name, path in _files().items()}


def find_bundled(name: str) -> BundledRecipe:
    """Return the bundled recipe called `name`. Raises RecipeError if there is none."""
    files = _files()
    if name not in files:
        hint = "A recipe of your own is given as a file: recipe.yaml."
        raise RecipeError(Fault.unknown("recipe", name, files, hint=hint))
    return _describe(name, files[name])


def is_bundled(name: str) -> bool:
    """Return whether there is a bundled recipe called `name`."""
    return name in _files()


def _files() -> dict[str, Path]:
    """Return the files of all bundled recipes by name, sorted, without reading them."""
    directory = _directory()
    found = {
        path.relative_to(directory).with_suffix("").as_posix(): path for path in directory.rglob("*.yaml")
    }
    return dict(sorted(found.items()))


def _directory() -> Path:
    """Return the recipe folder: in a package installed from a wheel, beside it in an editable checkout."""
    package = Path(__file__).parents[1]
    inside = package / "recipes"
    return inside if inside.is_dir() else package.parent / "recipes"


def _describe(name: str, path: Path) -> BundledRecipe:
    with path.open(encoding="utf-8") as lines:
        command, summary = (next(lines, "").lstrip("#").strip() for _ in range(2))
    return BundledRecipe(name, path, command, summary)
