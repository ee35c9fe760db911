"""The table of a ranking as documents: CSV, Markdown, LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedkit.escaping import escaped
from embedkit.evaluation.ranking.rows import HEADINGS, grouped, remarks, rows_of

if TYPE_CHECKING:
    from embedkit.evaluation.ranking.result import Ranking

_MARKDOWN = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", ":": "&#58;"}
"""What Markdown reads as HTML, as a mention, or as the scheme of a link."""

_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
    "–": "--",
    "-": "-{}",
    **{character: f"\\{character}" for character in "{}$&#_%"},
}


def ranking_csv(ranking: Ranking) -> str:
    """Return the ranking as CSV with the columns of `Ranking.frame`; what is not defined is empty."""
    return ranking.frame().to_csv(index=False, lineterminator="\n")


def ranking_markdown(ranking: Ranking) -> str:
    """Return the ranking as a Markdown table, and what it shows as sentences below."""
    lines = [_markdown_row(HEADINGS), _markdown_row(["---", "---", *["---:"] * (len(HEADINGS) - 2)])]
    lines += [_markdown_row([markdown(cell) for cell in row.cells]) for row in rows_of(ranking)]
    paragraphs = "\n\n".join(map(markdown, remarks(ranking)))
    table = "\n".join(lines)
    return f"{table}\n\n{paragraphs}\n"


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def markdown(text: str) -> str:
    """Return `text` as Markdown that shows it: on one line, no part of it read as markup."""
    return re.sub(r"[&<>@:]|[\\`*_{}\[\]#|~$!]", _as_markdown, escaped(text))


def _as_markdown(found: re.Match[str]) -> str:
    return _MARKDOWN.get(found.group(), f"\\{found.group()}")


def ranking_latex(ranking: Ranking) -> str:
    """Return the ranking as a LaTeX table with the rules of the package booktabs.

    It needs the packages booktabs and textcomp, and a Unicode engine or inputenc for names beyond ASCII.
    """
    headings = " & ".join(map(latex, HEADINGS))
    tiers = ["\n".join(_latex_row(row.cells) for row in group) for group in grouped(ranking)]
    body = "\n\\midrule\n".join(tiers)
    caption = latex(" ".join(remarks(ranking)))
    return (
        "\\begin{table}\n\\centering\n"
        f"\\begin{{tabular}}{{ll{'r' * (len(HEADINGS) - 2)}}}\n"
        f"\\toprule\n{headings} \\\\\n\\midrule\n{body}\n\\bottomrule\n"
        f"\\end{{tabular}}\n\\caption{{{caption}}}\n\\end{{table}}\n"
    )


def _latex_row(cells: Sequence[str]) -> str:
    tier, candidate, *figures = cells
    shown = [_figure(cell) for cell in figures]
    return " & ".join([latex(tier), latex(candidate), *shown]) + r" \\"


def _figure(cell: str) -> str:
    """Return a figure as LaTeX; a negative one in mathematical mode, for its minus."""
    return f"${cell}$" if re.fullmatch(r"[-+][0-9.]+", cell) else latex(cell)


def latex(text: str) -> str:
    """Return `text` as LaTeX that shows it: no command, no special character, no ligature of hyphens."""
    return re.sub("-(?=-)|[^-]", _as_latex, escaped(text))


def _as_latex(found: re.Match[str]) -> str:
    return _LATEX.get(found.group(), found.group())
