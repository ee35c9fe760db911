"""The texts that no model gets right, and those on which models disagree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedkit.report.html.blocks import Block, Cell, Details, Figure, Paragraph, Table
from embedkit.report.terminal.error_analysis import lines_of_never_right

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.never_right import MisjudgedText, NeverRight

LISTED = 25
"""Texts that are listed."""
LENGTH = 300
"""Characters of a text in a table."""


def agreement_blocks(found: NeverRight) -> list[Block]:
    """Return the texts that every model gets wrong, then those on which they disagree."""
    blocks: list[Block] = [Paragraph(" ".join(lines_of_never_right(found)))]
    if found.never:
        blocks.append(_listed(f"Texts that all {len(found.models)} models get wrong", found.never))
    if found.disagreed:
        table = _listed("Texts on which the models disagree", found.disagreed)
        blocks.append(Details(f"{len(found.disagreed):,} texts on which the models disagree", [table]))
    return blocks


def _listed(title: str, texts: Sequence[MisjudgedText]) -> Table:
    rows: list[list[Cell]] = [
        [
            Figure(each.id, str(each.id)),
            each.label,
            each.most_predicted,
            Figure(each.votes, str(each.votes)),
            Figure(each.probability, f"{each.probability:.2f}"),
            shortened(each.text),
        ]
        for each in texts[:LISTED]
    ]
    caption = title if len(texts) <= LISTED else f"{title}: {LISTED} of {len(texts):,}"
    return Table(caption, ["id", "label", "most predict", "models", "probability", "text"], rows)


def shortened(text: str) -> str:
    """Return a text as a table shows it."""
    return text if len(text) <= LENGTH else f"{text[:LENGTH]} …"
