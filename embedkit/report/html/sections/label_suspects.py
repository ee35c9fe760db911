"""The texts whose labels the models contradict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.report.html.blocks import Block, Cell, Figure, Paragraph, Table
from embedkit.report.html.sections.agreement import shortened
from embedkit.report.terminal.error_analysis import lines_of_label_suspects

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.label_suspects import LabelSuspects

LISTED = 50
"""Texts that are listed."""


def suspect_blocks(found: LabelSuspects) -> list[Block]:
    """Return the texts that occur with different labels, then those whose label the models contradict."""
    blocks: list[Block] = [Paragraph(" ".join(lines_of_label_suspects(found)))]
    if found.duplicates:
        blocks.append(_duplicates(found))
    if found.suspects:
        blocks.append(_suspects(found))
    return blocks


def _duplicates(found: LabelSuspects) -> Table:
    rows: list[list[Cell]] = [
        [", ".join(map(str, each.ids)), ", ".join(each.labels), shortened(each.text)]
        for each in found.duplicates[:LISTED]
    ]
    title = "Texts that occur with different labels"
    return Table(_of(title, len(found.duplicates)), ["ids", "labels", "text"], rows)


def _suspects(found: LabelSuspects) -> Table:
    checked = found.flagged_by_cleanlab is not None
    rows: list[list[Cell]] = []
    for each in found.suspects[:LISTED]:
        wrong = Figure(each.wrong, "" if each.wrong is None else f"{each.wrong:.2f}")
        cleanlab = Figure(each.cleanlab, "" if each.cleanlab is None else f"{each.cleanlab:.3f}")
        own: list[Cell] = [Figure(each.id, str(each.id)), each.label, each.agreed]
        own += [Figure(each.votes, str(each.votes)), Figure(each.score, f"{each.score:.3f}"), wrong]
        rows.append([*own, *([cleanlab] if checked else []), shortened(each.text)])
    headings = ["id", "label", "models say", "recipes", "score", "chance that it is wrong"]
    headings += [*(["cleanlab's quality"] if checked else []), "text"]
    return Table(_of("Texts whose label the models contradict", len(found.suspects)), headings, rows)


def _of(title: str, total: int) -> str:
    return title if total <= LISTED else f"{title}: {LISTED} of {total:,}"
