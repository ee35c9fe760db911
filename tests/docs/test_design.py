"""The page on the design names functions that exist."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "design.md"


def named() -> list[str]:
    """Return the dotted names in the walks of today."""
    text = PAGE.read_text(encoding="utf-8")
    walks = text[text.index("## Four walks") : text.index("## Decisions")]
    now = re.findall(r"^- Now: (.*?)(?=^- Before)", walks, flags=re.MULTILINE | re.DOTALL)
    names = re.findall(r"`([a-z_]+(?:\.\w+)+)`", " ".join(now))
    return [name for name in names if not name.endswith(".json")]


def test_the_walks_pass_functions_that_exist():
    names = named()
    assert len(names) > 20
    for name in names:
        assert exists(name), name


def exists(name: str) -> bool:
    """Return whether a name such as `recipe.load.load_recipe` or `recipe.to_yaml` is one of embedkit's."""
    from embedkit.recipe.schema import Recipe

    if name.startswith("recipe.") and hasattr(Recipe, name.removeprefix("recipe.")):
        return True
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        module, rest = ".".join(parts[:end]), parts[end:]
        try:
            found = importlib.import_module(f"embedkit.{module}")
        except ModuleNotFoundError:
            continue
        for part in rest:
            found = getattr(found, part, None)
        return found is not None
    return False
