"""What vectors for the missing words would be worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.report.html.blocks import Block, Cell, Figure, Note, Paragraph, Table
from embedkit.report.terminal.error_analysis import lines_of_word_values

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.word_values import WordValues


def word_value_blocks(found: WordValues) -> list[Block]:
    """Return what the best missing words are worth together, each of them, and the others."""
    if found.top is None or found.rest is None:
        return [Paragraph(line) for line in lines_of_word_values(found)]
    rows: list[list[Cell]] = [
        [
            each.word,
            Figure(each.texts, f"{each.texts:,}"),
            Figure(each.training_texts, f"{each.training_texts:,.4g}"),
            each.toward,
            Figure(each.log_ratio, f"{each.log_ratio:.2f}"),
            Figure(each.points, f"{each.points:.3f} ({each.ci95[0]:.3f} to {each.ci95[1]:.3f})"),
        ]
        for each in found.words
    ]
    headings = ["word", "texts", "training texts", "speaks for", "log-count ratio", "points of accuracy"]
    said = [line for line in lines_of_word_values(found) if not line.startswith(" ")]
    blocks: list[Block] = [Paragraph(" ".join(said)), Table("The best missing words", headings, rows)]
    if found.unseen:
        blocks.append(
            Note(f"Of {found.unseen:,} missing words nothing can be said: no training text has them.")
        )
    return blocks
