"""One text of a run, token by token: state, matched spelling, and nearest words in the embedding matrix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from embedkit.errors import nearest
from embedkit.runs import layout
from embedkit.runs.texts import rows_of, run_of

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.interfaces import FloatArray
    from embedkit.runs.run import Run

NEAREST = 3


def explain_text(run: Run, number: int, split: str | None = None) -> list[dict[str, Any]]:
    """Return the texts with the id `number`, in `split` or in all splits, token by token.

    In a run of several folds or seeds, there is one text for each inner run that held it out, and `run` is
    the name of that run. Raises RunError if there is no such text.
    """
    if not run.folds:
        return Explanations(run).of(number, split)
    held_out = [run_of(run, row) for row in rows_of(run, number, split)]
    return [
        {"run": inner.path.name, **text}
        for inner, of in held_out
        for text in Explanations(inner).of(number, of)
    ]


class Explanations:
    """Explains the texts of a run from its files; neither the model nor a word-vector file is loaded.

    If the run evaluated the model of another run, `via` and the nearest words are missing.
    """

    def __init__(self, run: Run) -> None:
        self.run = run

    def of(self, number: int, split: str | None = None) -> list[dict[str, Any]]:
        """Return the texts with the id `number`, in `split` or in all. Raises RunError if there is none."""
        return [self._text(row) for row in rows_of(self.run, number, split)]

    def _text(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        classes = [key.removeprefix("p_") for key in row if str(key).startswith("p_")]
        labelled = self.run.labelled(row["split"])
        return {
            **{key: row[key] for key in ("split", "id", "label", "predicted", "probability", "text")},
            "label": row["label"] if labelled else None,
            "probabilities": {label: row[f"p_{label}"] for label in classes},
            "wrong": row["label"] != row["predicted"] if labelled else None,
            "oov_share": _known(row["oov_share"]),
            "content_oov_share": _known(row["content_oov_share"]),
            "cut": row["cut"],
            "tokens": [*self._tokens(row)],
        }

    def _tokens(self, row: Mapping[Any, Any]) -> Iterator[dict[str, Any]]:
        for token, state, content in zip(
            row["token_list"], row["token_states"], row["token_content"], strict=True
        ):
            yield {
                "token": token,
                "state": state,
                "content": bool(content),
                "via": self._via.get(token) or None,
                "nearest": self.nearest(token),
                "similar": nearest(token, self._rows) if state in ("unseen", "dropped") else None,
            }

    def nearest(self, word: str, count: int = NEAREST) -> list[dict[str, Any]]:
        """Return the words whose trained vectors are nearest to that of `word`, with cosine similarities.

        Returns an empty list if `word` has no row in the embedding matrix, or a row of zeros.
        """
        import numpy as np

        row = self._rows.get(word)
        if row is None or not self._units[row].any():
            return []
        cosines = self._units @ self._units[row]
        cosines[[0, 1, row]] = -2
        best = np.argsort(-cosines, kind="stable")[:count].tolist()
        return [{"word": self._words[i], "cosine": float(cosines[i])} for i in best if cosines[i] > -2]

    @cached_property
    def _vocabulary(self) -> pd.DataFrame | None:
        return self.run.vocabulary if self.run.has(layout.VOCABULARY) else None

    @cached_property
    def _words(self) -> list[str]:
        return [] if self._vocabulary is None else [*self._vocabulary["word"]]

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self._words) if row > 1}

    @cached_property
    def _via(self) -> dict[str, str]:
        known = [] if self._vocabulary is None else [self._vocabulary[["word", "via"]].iloc[2:]]
        if self.run.has(layout.UNSEEN):
            known.append(self.run.read_csv(layout.UNSEEN)[["word", "via"]])
        return {word: via for frame in known for word, via in frame.itertuples(index=False)}

    @cached_property
    def _units(self) -> FloatArray:
        import numpy as np

        table = self.run.embedding_frame("after").to_numpy()
        norms = np.linalg.norm(table, axis=1, keepdims=True)
        units: FloatArray = np.divide(table, norms, out=np.zeros_like(table), where=norms > 0)
        return units


def _known(share: float) -> float | None:
    return None if share != share else share
