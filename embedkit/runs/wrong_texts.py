"""The wrong texts of a run, those with the largest out-of-vocabulary share first."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.runs.run import Run

_LABELS = ("split", "id", "fold", "seed", "label", "predicted", "probability")
_SHARES = ("content_oov", "content_oov_share")
_TOKENS = ("token_list", "token_states")


@dataclass(frozen=True)
class WrongText:
    """A text that the model classifies wrong, with its tokens and their states.

    `fold` is None where there are no folds; `content_oov_share` is None for a text without content tokens. If
    several `seeds` predicted the text, `wrong_with` is how many of them are wrong, else both are None.
    """

    id: int
    fold: int | None
    label: str
    predicted: str
    probability: float
    content_oov_share: float | None
    tokens: Sequence[str]
    states: Sequence[str]
    wrong_with: int | None
    seeds: int | None


@dataclass(frozen=True)
class WrongTexts:
    """How many of the `texts` of a split are `wrong`, and the first of them.

    With several seeds, `wrong` texts are so with some seed, and `always_wrong` of them with every one;
    otherwise the latter is None. `with_oov` of them have content tokens out of vocabulary.
    """

    split: str
    texts: int
    wrong: int
    always_wrong: int | None
    with_oov: int
    first: Sequence[WrongText]


def read_wrong(run: Run, split: str, shown: int | None = None) -> WrongTexts:
    """Read the wrong texts of a split, with the tokens of the first `shown` of them, by default of all.

    The texts are in the order of their content out-of-vocabulary share, the largest first. A text that
    several seeds predicted is there once, as the first seed that is wrong predicted it.
    """
    predictions = run.read_predictions((*_LABELS, *_SHARES))
    predictions = predictions[predictions["split"] == split]
    wrong = _wrong(predictions)
    first = wrong if shown is None else wrong.head(shown)
    tokens = run.read_predictions(_TOKENS, rows=first.index.tolist())
    several = "seeds" in wrong
    return WrongTexts(
        split=split,
        texts=int(predictions["id"].nunique()),
        wrong=len(wrong),
        always_wrong=int((wrong["wrong_with"] == wrong["seeds"]).sum()) if several else None,
        with_oov=int((wrong["content_oov"] > 0).sum()),
        first=[*map(_text, first.join(tokens).to_dict("records"))],
    )


def _wrong(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each wrong text; with several seeds, `wrong_with` and `seeds` count them."""
    wrong = predictions[predictions["label"] != predictions["predicted"]]
    order = ["content_oov_share"]
    if "seed" in predictions and predictions["seed"].nunique() > 1:
        counted = {"wrong_with": wrong.groupby("id").size(), "seeds": predictions.groupby("id").size()}
        wrong = wrong.assign(**{name: wrong["id"].map(count) for name, count in counted.items()})
        wrong = wrong.drop_duplicates("id")
        order.append("wrong_with")
    return wrong.sort_values(order, ascending=False, kind="stable")


def _text(row: Mapping[Hashable, Any]) -> WrongText:
    share = row["content_oov_share"]
    return WrongText(
        id=row["id"],
        fold=row.get("fold"),
        label=row["label"],
        predicted=row["predicted"],
        probability=row["probability"],
        content_oov_share=None if share != share else share,
        tokens=row["token_list"],
        states=row["token_states"],
        wrong_with=row.get("wrong_with"),
        seeds=row.get("seeds"),
    )
