"""The short report on a result: the verdict in words and one table, for a screen and for a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from embedkit.escaping import escaped


@dataclass(frozen=True)
class ShortReport:
    """The verdict on a result, one sentence each, and a table: headings, and rows of as many cells.

    The first `names` columns of the table hold names, the others figures.
    """

    verdict: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1


def as_html(report: ShortReport) -> str:
    """Return a short report as HTML for a notebook: a paragraph, and a table if it has rows.

    Names and labels cannot become markup, and control characters in them are shown as escapes.
    """
    verdict = f'<p style="max-width: 46em"><strong>{_text(report.verdict[0])}</strong>'
    verdict += f"{''.join(f' {_text(sentence)}' for sentence in report.verdict[1:])}</p>"
    if not report.rows:
        return f"<div>{verdict}</div>"
    head = _row("th", report.headings, report.names)
    body = "\n".join(_row("td", row, report.names) for row in report.rows)
    return f"<div>{verdict}\n<table>\n<thead>\n{head}\n</thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"


def _row(tag: str, cells: Sequence[str], names: int) -> str:
    aligned = (("left" if i < names else "right", cell) for i, cell in enumerate(cells))
    shown = (f'<{tag} style="text-align: {side}">{_text(cell)}</{tag}>' for side, cell in aligned)
    return f"<tr>{''.join(shown)}</tr>"


def _text(text: str) -> str:
    """Return `text` as HTML that keeps right-to-left text from reordering what stands beside it."""
    return f"<bdi>{escape(escaped(text))}</bdi>"
