"""The embedding matrix of a run before and after training: what moved, neighbours, and a map of words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedkit.report.html.blocks import (
    SIDE,
    Block,
    Cell,
    Figure,
    Note,
    Paragraph,
    Point,
    Section,
    Table,
    WordMap,
)
from embedkit.report.html.sections.figures import percent

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.table_changes import TableChanges, WordChange
    from embedkit.evaluation.error_analysis.word_map import MappedWord
    from embedkit.evaluation.error_analysis.word_map import WordMap as Mapped

MOVED = 30
"""Words that are listed."""

GROUPS = 5
"""Classes that have a colour."""

DRAWN = 1000
"""Words on the map, the most frequent."""


def table_section(found: TableChanges) -> Section:
    """Return what training did to the embedding matrix."""
    said = f"Training moved {found.moved:,} of the {found.rows:,} rows."
    blocks: list[Block] = [Paragraph(said)]
    if found.moved:
        blocks.append(_moved(found.by_distance(MOVED)))
    blocks.append(_map(found.map))
    shares = " and ".join(percent(share) for share in found.map.explained)
    blocks.append(
        Note(
            f"The axes are the principal components of the vectors after training ({shares} of the variance)."
        )
    )
    return Section("table", "Embedding matrix", blocks)


def _moved(words: Sequence[WordChange]) -> Table:
    rows: list[list[Cell]] = [
        [
            each.word,
            Figure(each.count, f"{each.count:,}"),
            Figure(each.distance, f"{each.distance:.2f}"),
            Figure(each.cosine, "" if each.cosine is None else f"{each.cosine:.2f}"),
            ", ".join(each.gained[:5]),
            ", ".join(each.lost[:5]),
        ]
        for each in words
    ]
    headings = ["word", "count", "distance", "cosine", "neighbours gained", "neighbours lost"]
    return Table("Words that moved farthest", headings, rows)


def _map(found: Mapped) -> WordMap:
    words = found.words[:DRAWN]
    labels = [*dict.fromkeys(each.tendency.label for each in words if each.tendency is not None)]
    groups = sorted(labels, key=lambda label: -_count(words, label))[:GROUPS]
    places = [place for each in words for place in (*each.at, *each.was)]
    low, high = min(places, default=0.0), max(places, default=1.0)
    scale = SIDE / (high - low) if high > low else 0.0

    def scaled(place: tuple[float, float]) -> tuple[int, int]:
        return round((place[0] - low) * scale), SIDE - round((place[1] - low) * scale)

    points = [Point(each.word, *scaled(each.at), *scaled(each.was), _group(each, groups)) for each in words]
    return WordMap("Map of the most frequent words, by the class that they speak for", points, groups)


def _count(words: Sequence[MappedWord], label: str) -> int:
    return sum(each.tendency is not None and each.tendency.label == label for each in words)


def _group(word: MappedWord, groups: Sequence[str]) -> int:
    label = None if word.tendency is None else word.tendency.label
    return groups.index(label) + 1 if label in groups else 0
