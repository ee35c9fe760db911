"""The result of a comparison of runs, as a screenful on standard output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from embedkit.errors import shortened
from embedkit.escaping import escaped
from embedkit.evaluation.comparison.wording import between, p_shown, pair_verdict, points
from embedkit.report.terminal.lines import text_shown
from embedkit.report.terminal.oov import named_table
from embedkit.report.terminal.screen import Screen

if TYPE_CHECKING:
    from rich.table import Table

    from embedkit.evaluation.comparison.pairs import PairComparison, Side
    from embedkit.evaluation.comparison.result import ChangedExample, Comparison, Outcome

SHOWN = 5
NONE = "–"


def print_comparison(comparison: Comparison) -> None:
    """Print a comparison: the runs, and each pair of them as a table row and a sentence.

    For two runs, the texts that only one of them has right are listed.
    """
    console = Screen()
    console.print(runs_table(comparison))
    console.print(pairs_table(comparison.compared_pairs))
    for line in remarks(comparison):
        console.print(escaped(line), soft_wrap=True)
    if len(comparison.compared_pairs) == 1:
        console.print()
        console.print(sides_table(comparison.sides))
    for line in changed_lines(comparison):
        console.print(line, soft_wrap=True)


def runs_table(comparison: Comparison) -> Table:
    """Return a table with a row for each run: accuracy, number of seeds and folds, deviation over seeds."""
    runs = comparison.compared_runs
    columns = {
        "accuracy": [f"{run.accuracy:.3f}" for run in runs],
        "seeds": [f"{run.seeds}" for run in runs],
        "std over seeds": [NONE if run.seed_std is None else f"{run.seed_std:.3f}" for run in runs],
        "folds": [NONE if run.folds is None else f"{run.folds}" for run in runs],
    }
    return _table(f"{comparison.n:,} texts of {comparison.split}", [run.run for run in runs], columns)


def pairs_table(pairs: Sequence[PairComparison]) -> Table:
    """Return a table with a row for each pair: difference in points, interval, standard errors, p-values."""
    columns = {
        "difference": [f"{points(pair.difference)} ({between(pair.ci95)})" for pair in pairs],
        "± texts": [_error(pair.error_examples) for pair in pairs],
        "± seeds": [_error(pair.error_seeds) for pair in pairs],
        "p, texts": [_p(pair.p_examples) for pair in pairs],
        "p, folds": [_p(pair.p_folds) for pair in pairs],
        "p, of all": [_p(pair.p_holm) for pair in pairs] if len(pairs) > 1 else [],
    }
    return _table("points", [f"{pair.second} – {pair.first}" for pair in pairs], columns)


def _table(title: str, names: list[str], columns: Mapping[str, list[str]]) -> Table:
    """Return a table without empty columns, in which names that are too long for a line are wrapped."""
    shown = {heading: cells for heading, cells in columns.items() if {*cells} - {NONE}}
    table = named_table(title, *shown)
    for name, *cells in zip(names, *shown.values(), strict=True):
        table.add_row(escaped(name), *cells)
    return table


def _error(error: float | None) -> str:
    return NONE if error is None else f"{100 * error:.1f}"


def _p(p: float | None) -> str:
    return NONE if p is None else p_shown(p).removeprefix("p ").removeprefix("= ")


def remarks(comparison: Comparison) -> Iterator[str]:
    """Yield the verdict on each pair of runs, then what the figures leave open."""
    yield from map(pair_verdict, comparison.compared_pairs)
    if comparison.one_class is not None:
        label = shortened(comparison.one_class)
        yield f"All texts are of one class, '{label}': accuracy says nothing of the others."
    if any(run.seeds == 1 for run in comparison.compared_runs):
        yield "Of a run with one seed it is not known how much another seed would change."


def sides_table(sides: Sequence[Side]) -> Table:
    """Return a table of how many texts only one of two runs has right, with mean out-of-vocabulary shares."""
    first, second = sides[0].first, sides[0].second
    titles = {
        "first": f"only {first} is right",
        "second": f"only {second} is right",
        "neither": "no change",
    }
    columns = {
        "texts": [f"{side.n:,}" for side in sides],
        escaped(first): [_share(side.first_oov_share) for side in sides],
        escaped(second): [_share(side.second_oov_share) for side in sides],
    }
    return _table("out of vocabulary, mean", [titles[side.better] for side in sides], columns)


def _share(share: float | None) -> str:
    return NONE if share is None else f"{share:.1%}"


def changed_lines(comparison: Comparison) -> Iterator[str]:
    """Yield the texts that only one of two runs has right, those with most out of vocabulary first.

    For more than two runs, yields only their number.
    """
    count = len(comparison.changed)
    if len(comparison.compared_pairs) > 1:
        yield f"{count:,} times a text changed side between two of them; each of them: --json"
    elif count:
        shown = f" (the {SHOWN} with most out of vocabulary; all: --json)" if count > SHOWN else ""
        yield f"\n{count:,} texts changed side{shown}:"
        yield from map(_changed_line, sorted(comparison.changed_examples(), key=_least_covered)[:SHOWN])


def _least_covered(example: ChangedExample) -> float:
    return -max(outcome.oov_share or 0.0 for outcome in (example.first, example.second))


def _changed_line(example: ChangedExample) -> str:
    outcomes = (example.first, example.second)
    said = (f"{each.run}: {_outcome(each)} ({_share(each.oov_share)})" for each in outcomes)
    line = f"  id {example.id}: {shortened(example.label or 'no label')}; {', '.join(said)}"
    return f"{escaped(line)}\n    {text_shown(example.text)}"


def _outcome(outcome: Outcome) -> str:
    if 0 < outcome.right < 1:
        return f"right with {outcome.right:.0%} of its seeds"
    return shortened(outcome.predicted or "no label")
