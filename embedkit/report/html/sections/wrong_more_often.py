"""Where a run is wrong more often: slices of the texts, and pairs of classes that are confused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.report.html.blocks import Block, Cell, Details, Examples, Figure, Note, Paragraph, Table
from embedkit.report.html.sections.figures import interval_shown, percent

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.confusion_words import ConfusionPair, ConfusionWords
    from embedkit.evaluation.error_analysis.slice_candidates import SliceName
    from embedkit.evaluation.error_analysis.slices import Slices

EXAMPLES = 5
"""Texts of a slice that are shown, of those that it names."""


def slices_blocks(found: Slices) -> list[Block]:
    """Return the slices that were confirmed, or that there are none."""
    if not found.candidates:
        return [Paragraph("There are too few texts to find a word or length that is wrong more often.")]
    if not found.found:
        said = f"None of {found.candidates:,} words and ranges of lengths is wrong more often"
        return [Paragraph(f"{said}, as far as these texts can show.")]
    rows: list[list[Cell]] = [
        [
            _name(each.name),
            Figure(each.n, f"{each.n:,}"),
            Figure(each.rate, percent(each.rate)),
            interval_shown(each.ci95),
            Figure(each.elsewhere, percent(each.elsewhere)),
            Figure(each.q_value, f"{each.q_value:.3g}"),
            Examples(each.examples[:EXAMPLES]),
            ", ".join(map(_name, each.also)),
        ]
        for each in found.found
    ]
    headings = ["texts", "number", "wrong", "95% interval", "others wrong", "q", "such as", "much the same"]
    said = (
        f"Found among {found.candidates:,} words and ranges of lengths on one half of the texts. The figures"
    )
    said += " are those of the other half; q is corrected for all tested there (Benjamini–Hochberg)."
    return [Table("Texts that are wrong more often", headings, rows), Note(said)]


def confusion_blocks(found: ConfusionWords) -> list[Block]:
    """Return the most frequent pairs of classes that are confused, with the words that tell their texts."""
    return [Details(_title(pair), [_words(pair)]) for pair in found.pairs]


def _title(pair: ConfusionPair) -> str:
    said = f"{pair.label} taken for {pair.predicted}: {pair.confused:,} of {pair.n:,}"
    return f"{said} ({interval_shown(pair.ci95)})"


def _words(pair: ConfusionPair) -> Block:
    if not pair.words:
        return Paragraph("No word tells the confused texts from those classified right.")
    rows: list[list[Cell]] = [
        [
            each.word,
            _share(each.confused, pair.confused),
            _share(each.right, pair.right),
            Figure(each.z, f"{each.z:+.1f}"),
            Figure(each.q_value, f"{each.q_value:.3g}"),
        ]
        for each in pair.words
    ]
    return Table("Words by which the confused texts are told", ["word", "confused", "right", "z", "q"], rows)


def _share(count: int, total: int) -> Figure:
    return Figure(count / total if total else None, f"{count:,} ({percent(count / total)})" if total else "0")


def _name(name: SliceName) -> str:
    return f"with “{name.name}”" if name.kind == "word" else f"of {name.name}"
