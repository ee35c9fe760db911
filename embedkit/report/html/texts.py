"""Pack the texts of a run for the page: columns as JSON, compressed, so that 100,000 can be searched."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from embedkit.report.html.blocks import ListedText, Texts, Token

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.evaluation.error_analysis.nearest_texts import NearestTexts, NearText
    from embedkit.model.token_states import StateSet

LISTED = 50
"""Wrong texts that readers without script see."""

LEAST, FOR_A_TEXT, MOST = 1_600_000, 70, 7_000_000
"""Characters of the block: those that any page may have, those for each text, and the most."""

LENGTHS = (1 << 40, 2_000, 500, 200)
"""Characters after which texts are cut, the first that fits; only then are texts left out."""

NEAR_LENGTH = 160
"""Characters of a training text that is near."""

SPLITS = ("test", "validation", "train")
"""The order of the splits; others follow."""

SEPARATOR = "\x1f"
"""What stands between the tokens of a text."""


def browser_of(predictions: pd.DataFrame, state_set: StateSet, nearest: NearestTexts | None = None) -> Texts:
    """Return the browser of the texts in `predictions`: columns as in predictions.csv, a row for each text.

    Wrong texts have their tokens marked by state, and the training texts `nearest` to them. Long texts are
    cut, and after that right ones left out, until the block is within its limit.
    """
    ordered = _wrong_and_held_out_first(predictions)
    near = {} if nearest is None else {each.id: each.nearest for each in nearest.texts}
    packed = _fitting(Columns(ordered, classes_of(ordered), state_set.states[1:], near))
    wrong = ordered[_is_wrong(ordered)].sort_values("probability", ascending=False, kind="stable")
    return Texts(
        packed=packed.block,
        n=packed.kept,
        left_out=packed.left_out,
        listed=[_listed(row, state_set.states[1:]) for row in wrong.head(LISTED).to_dict("records")],
        states=_found(ordered, state_set.states[1:]),
        described=state_set.described,
    )


@dataclass(frozen=True)
class Columns:
    """The columns of a block, made of the first rows of a frame.

    `marked` are the states that are marked, `near` the training texts nearest to wrong texts, by id.
    """

    frame: pd.DataFrame
    classes: tuple[str, ...]
    marked: Sequence[str]
    near: Mapping[int, Sequence[NearText]]

    def pack(self, kept: int, length: int) -> str:
        """Return the block of the first `kept` rows, with texts cut after `length` characters, as base64."""
        content = json.dumps(self._content(self.frame.head(kept), length), ensure_ascii=False)
        packed = gzip.compress(content.encode("utf-8", "replace"), compresslevel=6, mtime=0)
        return base64.b64encode(packed).decode("ascii")

    def _content(self, frame: pd.DataFrame, length: int) -> dict[str, object]:
        place = {name: position for position, name in enumerate(self.classes)}
        splits = frame["split"].unique().tolist()
        return {
            "classes": self.classes,
            "splits": splits,
            "states": self.marked,
            "id": frame["id"].tolist(),
            "split": [splits.index(split) for split in frame["split"].tolist()],
            "label": [place.get(label, -1) for label in frame["label"].tolist()],
            "predicted": [place[predicted] for predicted in frame["predicted"].tolist()],
            "probability": (frame["probability"] * 1000).round().astype(int).tolist(),
            "oov": (frame["oov_share"].fillna(0) * 100).round().astype(int).tolist(),
            "text": [_cut(text, length) for text in frame["text"].tolist()],
            "marked": self._tokens(frame, length),
            "nearest": self._nearest(frame, min(length, NEAR_LENGTH)),
        }

    def _nearest(self, frame: pd.DataFrame, length: int) -> dict[int, list[tuple[str, float, str]]]:
        """Return label, cosine and text of the training texts nearest to wrong texts, by row."""
        held_out = (frame["split"] == frame["split"].iloc[0]) & _is_wrong(frame)
        return {
            row: [(each.label, round(each.cosine, 3), _cut(each.text, length)) for each in self.near[number]]
            for row, (is_wrong, number) in enumerate(zip(held_out, frame["id"], strict=True))
            if is_wrong and number in self.near
        }

    def _tokens(self, frame: pd.DataFrame, length: int) -> dict[int, tuple[str, str]]:
        """Return the tokens of wrong texts by row, and a digit for the state of each, 0 if unmarked."""
        digit = {state: str(number) for number, state in enumerate(self.marked, start=1)}
        found = {}
        wrong = _is_wrong(frame).to_numpy()
        columns = zip(wrong, frame["token_list"], frame["token_states"], strict=True)
        for row, (is_wrong, tokens, states) in enumerate(columns):
            if is_wrong and any(state in digit for state in states):
                first = tokens[: max(1, length // 5)]
                found[row] = (
                    SEPARATOR.join(first),
                    "".join(digit.get(state, "0") for state in states[: len(first)]),
                )
        return found


@dataclass(frozen=True)
class Packed:
    """A block, with how many texts it has, and what is not in it, in a sentence."""

    block: str
    kept: int
    left_out: str


def _found(frame: pd.DataFrame, states: Sequence[str]) -> list[str]:
    """Return the states that tokens of wrong texts have."""
    found = {state for own in frame.loc[_is_wrong(frame), "token_states"] for state in own}
    return [state for state in states if state in found]


def _fitting(columns: Columns) -> Packed:
    """Return the block that is within its limit: with whole texts, cut ones, or without some of them."""
    n = len(columns.frame)
    limit, block = min(MOST, max(LEAST, FOR_A_TEXT * n)), ""
    for length in LENGTHS:
        block = columns.pack(n, length)
        if len(block) <= limit:
            return Packed(
                block, n, "" if length == LENGTHS[0] else f"Texts are cut after {length:,} characters."
            )
    kept = n
    while len(block) > limit:
        kept = int(kept * 0.95 * limit / len(block))
        block = columns.pack(kept, LENGTHS[-1])
    said = f"Of {n:,} texts {kept:,} are here, wrong ones first, each cut after {LENGTHS[-1]} characters; "
    return Packed(block, kept, said + "all are in the run directory.")


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]} …"


def _is_wrong(frame: pd.DataFrame) -> pd.Series:
    return frame["label"].notna() & (frame["label"] != frame["predicted"])


def _wrong_and_held_out_first(frame: pd.DataFrame) -> pd.DataFrame:
    place = {name: position for position, name in enumerate(SPLITS)}
    split = frame["split"].map(lambda name: place.get(name, len(place)))
    order = frame.assign(_right=~_is_wrong(frame), _split=split)
    return order.sort_values(["_split", "_right", "id"], kind="stable").drop(columns=["_right", "_split"])


def classes_of(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the classes in the order of their probabilities; after them, combinations of several labels."""
    named = [str(name).removeprefix("p_") for name in frame if str(name).startswith("p_")]
    found = {*frame["label"].dropna().unique(), *frame["predicted"].unique()}
    return (*(name for name in named if name in found), *sorted(found - {*named}))


def _listed(row: Mapping[Hashable, Any], marked: Sequence[str]) -> ListedText:
    tokens = zip(row["token_list"], row["token_states"], strict=True)
    return ListedText(
        id=row["id"],
        label=row["label"],
        predicted=row["predicted"],
        probability=row["probability"],
        tokens=[Token(token, state if state in marked else "") for token, state in tokens],
    )
