"""The result of a comparison of runs, as a screenful on standard output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from embedkit.errors import shortened
from embedkit.escaping import escaped
from embedkit.evaluation.comparison.wording import between, p_shown, points
from embedkit.report.terminal.lines import text_shown
from embedkit.report.terminal.oov import plain_table
from embedkit.report.terminal.screen import Screen

if TYPE_CHECKING:
    from rich.table import Table

    from embedkit.evaluation.comparison.outcome import Comparison

SHOWN = 5
BOTH = ("first", "second")
NONE = "–"

Plain = Mapping[str, Any]


def print_comparison(comparison: Comparison) -> None:
    """Print a comparison: the runs, and each pair of them as a table row and a sentence.

    For two runs, the texts that only one of them has right are listed.
    """
    console = Screen()
    found = comparison.to_plain()
    console.print(runs_table(found))
    console.print(pairs_table(found["pairs"]))
    for line in remarks(found):
        console.print(escaped(line), soft_wrap=True)
    if len(found["pairs"]) == 1:
        console.print()
        console.print(sides_table(found["coverage"]))
    for line in changed_lines(found):
        console.print(line, soft_wrap=True)


def runs_table(found: Plain) -> Table:
    """Return a table with a row for each run: accuracy, number of seeds and folds, deviation over seeds."""
    runs = found["runs"]
    columns = {
        "accuracy": [f"{run['accuracy']:.3f}" for run in runs],
        "seeds": [f"{run['seeds']}" for run in runs],
        "std over seeds": [NONE if run["seed_std"] is None else f"{run['seed_std']:.3f}" for run in runs],
        "folds": [NONE if run["folds"] is None else f"{run['folds']}" for run in runs],
    }
    return _table(f"{found['n']:,} texts of {found['split']}", [run["run"] for run in runs], columns)


def pairs_table(pairs: list[Plain]) -> Table:
    """Return a table with a row for each pair: difference in points, interval, standard errors, p-values."""
    columns = {
        "difference": [f"{points(pair['difference'])} ({between(pair['ci95'])})" for pair in pairs],
        "± texts": [_error(pair["error_examples"]) for pair in pairs],
        "± seeds": [_error(pair["error_seeds"]) for pair in pairs],
        "p, texts": [_p(pair["p_examples"]) for pair in pairs],
        "p, folds": [_p(pair["p_folds"]) for pair in pairs],
        "p, of all": [_p(pair["p_holm"]) for pair in pairs] if len(pairs) > 1 else [],
    }
    return _table("points", [f"{pair['second']} – {pair['first']}" for pair in pairs], columns)


def _table(title: str, names: list[str], columns: Mapping[str, list[str]]) -> Table:
    """Return a table without empty columns, in which names that are too long for a line are wrapped."""
    shown = {heading: cells for heading, cells in columns.items() if {*cells} - {NONE}}
    table = plain_table(title, *shown)
    table.columns[0].no_wrap, table.columns[0].overflow = False, "fold"
    for name, *cells in zip(names, *shown.values(), strict=True):
        table.add_row(escaped(name), *cells)
    return table


def _error(error: float | None) -> str:
    return NONE if error is None else f"{100 * error:.1f}"


def _p(p: float | None) -> str:
    return NONE if p is None else p_shown(p).removeprefix("p ").removeprefix("= ")


def remarks(found: Plain) -> Iterator[str]:
    """Yield the verdict on each pair of runs, then what the figures leave open."""
    yield from (pair["verdict"] for pair in found["pairs"])
    if found["one_class"] is not None:
        label = shortened(found["one_class"])
        yield f"All texts are of one class, '{label}': accuracy says nothing of the others."
    if any(run["seeds"] == 1 for run in found["runs"]):
        yield "Of a run with one seed it is not known how much another seed would change."


def sides_table(coverage: list[Plain]) -> Table:
    """Return a table of how many texts only one of two runs has right, with mean out-of-vocabulary shares."""
    names = {which: coverage[0][which] for which in BOTH}
    titles = {"neither": "no change"} | {which: f"only {name} is right" for which, name in names.items()}
    columns = {
        escaped(name): [_share(side[f"{which}_oov_share"]) for side in coverage]
        for which, name in names.items()
    }
    counts = {"texts": [f"{side['n']:,}" for side in coverage]}
    return _table("out of vocabulary, mean", [titles[side["better"]] for side in coverage], counts | columns)


def _share(share: float | None) -> str:
    return NONE if share is None else f"{share:.1%}"


def changed_lines(found: Plain) -> Iterator[str]:
    """Yield the texts that only one of two runs has right, those with most out of vocabulary first.

    For more than two runs, yields only their number.
    """
    changed = found["changed"]
    if len(found["pairs"]) > 1:
        yield f"{len(changed):,} times a text changed side between two of them; each of them: --json"
    elif changed:
        shown = f" (the {SHOWN} with most out of vocabulary; all: --json)" if len(changed) > SHOWN else ""
        yield f"\n{len(changed):,} texts changed side{shown}:"
        yield from map(_changed_line, sorted(changed, key=_least_covered)[:SHOWN])


def _least_covered(row: Plain) -> float:
    return -max(row[f"{which}_oov_share"] or 0.0 for which in BOTH)


def _changed_line(row: Plain) -> str:
    said = (f"{row[which]}: {_outcome(row, which)} ({_share(row[f'{which}_oov_share'])})" for which in BOTH)
    label = shortened(row["label"] or "no label")
    line = f"  id {row['id']}: {label}; {', '.join(said)}"
    return f"{escaped(line)}\n    {text_shown(row['text'])}"


def _outcome(row: Plain, which: str) -> str:
    right = row[f"{which}_right"]
    return (
        f"right with {right:.0%} of its seeds"
        if 0 < right < 1
        else shortened(row[f"{which}_predicted"] or "no label")
    )
