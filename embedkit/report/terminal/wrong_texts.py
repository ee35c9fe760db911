"""The wrong texts of a run, their tokens marked by state."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from rich.text import Text

from embedkit.errors import shortened
from embedkit.escaping import escaped
from embedkit.report.terminal.lines import LONGEST_TEXT
from embedkit.report.terminal.marking import legend, mark_all

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.runs.run import Run

SHOWN = 5

_LABELS = ("split", "id", "fold", "seed", "label", "predicted", "probability")
_SHARES = ("content_oov", "content_oov_share")
_TOKENS = ("token_list", "token_states")


def read_wrong(run: Run, split: str, shown: int | None = SHOWN) -> pd.DataFrame:
    """Read the predictions of a split for `wrong_lines`, with tokens only for the texts that it shows."""
    predictions = run.read_predictions((*_LABELS, *_SHARES))
    predictions = predictions[predictions["split"] == split]
    places = wrong_texts(predictions).head(len(predictions) if shown is None else shown).index
    return predictions.join(run.read_predictions(_TOKENS, rows=places.tolist()))


def wrong_lines(split: str, predictions: pd.DataFrame, coloured: bool, shown: int = SHOWN) -> list[Text]:
    """Return the wrong texts of a split as lines, those with the largest out-of-vocabulary share first.

    The share is that of content tokens. A text that several seeds predicted is listed once, with the number
    of seeds that predict it wrong.
    """
    every = predictions["id"].nunique()
    wrong = wrong_texts(predictions)
    if wrong.empty:
        return [Text(f"\nAll {every:,} texts of {split} are classified right.")]
    worst = wrong.head(shown)
    marks = legend(chain.from_iterable(worst["token_states"]), coloured)
    return [
        _title(split, every, wrong, shown),
        *(wrong_line(row, coloured) for row in worst.to_dict("records")),
        *([Text("  ").append_text(marks)] if marks else []),
    ]


def wrong_texts(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each wrong text, in the order of `wrong_lines`.

    With several seeds, it is the row of the first seed that is wrong; `wrong_with` is how many of the `seeds`
    are.
    """
    wrong = predictions[predictions["label"] != predictions["predicted"]]
    order = ["content_oov_share"]
    if "seed" in predictions and predictions["seed"].nunique() > 1:
        counted = {"wrong_with": wrong.groupby("id").size(), "seeds": predictions.groupby("id").size()}
        wrong = wrong.assign(**{name: wrong["id"].map(count) for name, count in counted.items()})
        wrong = wrong.drop_duplicates("id")
        order.append("wrong_with")
    return wrong.sort_values(order, ascending=False, kind="stable")


def _title(split: str, every: int, wrong: pd.DataFrame, shown: int) -> Text:
    title = Text(f"\n{len(wrong):,} of {every:,} texts of {split} are wrong")
    if "seeds" in wrong:
        always = int((wrong["wrong_with"] == wrong["seeds"]).sum())
        title.append(f" with some seed, {always:,} with every one")
    holding = int((wrong["content_oov"] > 0).sum())
    title.append(f"; {holding:,} have content tokens out of vocabulary")
    return title.append(f" (the {shown} with the largest share):" if len(wrong) > shown else ":")


def wrong_line(row: Mapping[Hashable, Any], coloured: bool) -> Text:
    """Return one wrong text as a line: id, fold, labels, probability, share, seeds, and its marked tokens."""
    share = row["content_oov_share"]
    told = "no content tokens" if share != share else f"{share:.0%} of content out of vocabulary"
    label, predicted = (shortened(row[key] or "no label") for key in ("label", "predicted"))
    which = f"id {row['id']}, fold {row['fold']}" if "fold" in row else f"id {row['id']}"
    seeds = f", wrong with {row['wrong_with']} of {row['seeds']} seeds" if "seeds" in row else ""
    line = f"  {which}: {label}, predicted {predicted} ({row['probability']:.2f}), {told}{seeds}"
    tokens = [*_first(row["token_list"])]
    marked = mark_all(tokens, row["token_states"][: len(tokens)], coloured)
    left_out = len(row["token_list"]) - len(tokens)
    more = f" … and {left_out:,} more tokens" if left_out else ""
    return Text(f"{escaped(line)}\n    ").append_text(marked).append(more)


def _first(tokens: Sequence[str]) -> Iterator[str]:
    """Yield the first tokens of a text, 1,000 characters in all; the last of them may be shortened."""
    left = LONGEST_TEXT
    for token in tokens:
        if left <= 0:
            return
        yield shortened(token, left)
        left -= len(token) + 1
