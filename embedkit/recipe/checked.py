"""A document that was checked as one recipe."""

from __future__ import annotations

from dataclasses import dataclass

from embedkit.recipe.document import Findings, Plain
from embedkit.recipe.schema import AnyRecipe


@dataclass(frozen=True)
class Checked:
    """A document of one recipe: its sections as far as they could be read, its recipe, and its faults.

    The recipe is None if there are faults.
    """

    sections: Plain
    recipe: AnyRecipe | None
    findings: Findings
