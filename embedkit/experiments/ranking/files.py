"""The files of a ranking: the result as JSON, and its table as CSV, Markdown and LaTeX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.evaluation.ranking.documents import ranking_csv, ranking_latex, ranking_markdown
from embedkit.runs import layout

if TYPE_CHECKING:
    from embedkit.evaluation.ranking.result import Ranking
    from embedkit.runs.writer import RunWriter


def write_ranking(writer: RunWriter, ranking: Ranking) -> None:
    """Write ranking.json, and ranking.csv, ranking.md and ranking.tex with the table of the candidates."""
    writer.json(layout.RANKING, ranking.to_json())
    writer.text(layout.RANKING_CSV, ranking_csv(ranking))
    writer.text(layout.RANKING_MARKDOWN, ranking_markdown(ranking))
    writer.text(layout.RANKING_LATEX, ranking_latex(ranking))
