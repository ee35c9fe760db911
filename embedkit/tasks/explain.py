"""One text of a run: its tokens, with states, spellings and nearest words, or the n-grams that decided.

The nearest words are those in the embedding matrix; n-grams decide where the model is a baseline.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from embedkit.data.labels import parts_of
from embedkit.errors import nearest
from embedkit.evaluation.oov.fits import fits_to_json
from embedkit.model.token_states import OF_PIECES, OF_WORDS
from embedkit.runs import layout
from embedkit.runs.texts import rows_of, run_of
from embedkit.vectors.cosine import largest, unit_rows

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from embedkit.inference.baseline import BaselineClassifier
    from embedkit.interfaces import FloatArray
    from embedkit.model.policy_fit import PolicyFit
    from embedkit.model.token_states import StateSet
    from embedkit.plugin.registry import Registry
    from embedkit.runs.run import Run

NEAREST = 3
NGRAMS = 5


@dataclass(frozen=True)
class Neighbour:
    """A word, and the cosine similarity of its trained vector to that of another word."""

    word: str
    cosine: float


@dataclass(frozen=True)
class ExplainedToken:
    """A token with its state, and whether it is content.

    `via` is the spelling or the policy by which the row of the token came, None if that is not known;
    `nearest` are the nearest words in the embedding matrix. `similar` is the word in the matrix that is spelt
    most alike, if the token has no row and there is such a word. `pieces` is the number of pieces that a text
    encoder reads the token in, None with other models.
    """

    token: str
    state: str
    content: bool
    via: str | None
    nearest: tuple[Neighbour, ...]
    similar: str | None
    pieces: int | None = None

    def to_json(self) -> dict[str, object]:
        """Return the fields as plain data, without `pieces` if that is None."""
        return {key: value for key, value in asdict(self).items() if key != "pieces" or value is not None}


@dataclass(frozen=True)
class WeighedNgram:
    """An n-gram of a text, and what it adds to the score of a label."""

    ngram: str
    weight: float


@dataclass(frozen=True)
class Evidence:
    """The n-grams of a text that speak most for a label and most against it, the strongest first."""

    label: str
    for_it: tuple[WeighedNgram, ...]
    against_it: tuple[WeighedNgram, ...]


@dataclass(frozen=True)
class Explanation:
    """A text with its prediction, token by token.

    `run` is the name of the inner run that held the text out, None in a run that trained one model. `label`
    and `wrong` are None for a text without a label, and shares for one without such tokens. `cut` is the
    number of tokens that the model did not read. `evidence` has the n-grams that decided for each predicted
    label, or for the most probable one if none is; empty if the model is no baseline that can tell. `fits`
    are those of the policies that gave a token its vector, if they learnt it.
    """

    run: str | None
    split: str
    id: int
    label: str | None
    predicted: str
    probability: float
    text: str
    probabilities: Mapping[str, float]
    wrong: bool | None
    oov_share: float | None
    content_oov_share: float | None
    cut: int
    tokens: tuple[ExplainedToken, ...]
    evidence: tuple[Evidence, ...] = ()
    fits: tuple[PolicyFit, ...] = ()

    @property
    def state_set(self) -> StateSet:
        """Return the states that tokens can have with the model."""
        return OF_PIECES if any(token.pieces is not None for token in self.tokens) else OF_WORDS

    def to_json(self) -> dict[str, object]:
        """Return the fields as plain data, without `run`, `evidence` and `fits` if there are none."""
        plain = asdict(self) | {
            "tokens": [token.to_json() for token in self.tokens],
            "fits": fits_to_json(self.fits),
        }
        left_out = {key for key in ("run", "evidence", "fits") if not plain[key]}
        return {key: value for key, value in plain.items() if key not in left_out}


def explain_text(
    run: Run, number: int, split: str | None = None, registry: Registry | None = None
) -> list[Explanation]:
    """Return the texts with the id `number`, in `split` or in all splits, token by token.

    In a run of several folds or seeds, there is one text for each inner run that held it out. `registry` has
    the plugins that load the model of a run, if it is a baseline; without it, there are no n-grams. Raises
    RunError if there is no such text.
    """
    if not run.folds:
        return Explanations(run, registry).of(number, split)
    held_out = [run_of(run, row) for row in rows_of(run, number, split)]
    return [
        replace(text, run=inner.path.name)
        for inner, of in held_out
        for text in Explanations(inner, registry).of(number, of)
    ]


class Explanations:
    """Explains the texts of a run from its files; of models, only baselines are loaded, and no word vectors.

    If the run evaluated the model of another run, `via`, the nearest words and n-grams are missing.
    """

    def __init__(self, run: Run, registry: Registry | None = None) -> None:
        self.run = run
        self.registry = registry

    def of(self, number: int, split: str | None = None) -> list[Explanation]:
        """Return the texts with the id `number`, in `split` or in all. Raises RunError if there is none."""
        return [self._text(row) for row in rows_of(self.run, number, split)]

    def _text(self, row: Mapping[Any, Any]) -> Explanation:
        label = row["label"] if self.run.labelled(row["split"]) else None
        tokens = tuple(self._tokens(row))
        return Explanation(
            run=None,
            split=row["split"],
            id=row["id"],
            label=label,
            predicted=row["predicted"],
            probability=row["probability"],
            text=row["text"],
            probabilities={key.removeprefix("p_"): row[key] for key in row if str(key).startswith("p_")},
            wrong=None if label is None else label != row["predicted"],
            oov_share=_known(row["oov_share"]),
            content_oov_share=_known(row["content_oov_share"]),
            cut=row["cut"],
            tokens=tokens,
            evidence=() if self._baseline is None else evidence_of(self._baseline, row["text"]),
            fits=self._fits_of(tokens),
        )

    def _tokens(self, row: Mapping[Any, Any]) -> Iterator[ExplainedToken]:
        lists = (row["token_list"], row["token_states"], row["token_content"])
        pieces = row.get("token_pieces", [None] * len(row["token_list"]))
        for *token, count in zip(*lists, pieces, strict=True):
            yield replace(self._token(*token), pieces=count)

    def _token(self, token: str, state: str, content: int) -> ExplainedToken:
        return ExplainedToken(
            token=token,
            state=state,
            content=bool(content),
            via=self._via.get(token) or None,
            nearest=tuple(self.nearest(token)),
            similar=nearest(token, self._rows) if state in ("unseen", "dropped") else None,
        )

    def _fits_of(self, tokens: Sequence[ExplainedToken]) -> tuple[PolicyFit, ...]:
        policies = {token.via for token in tokens if token.state == "filled"}
        return tuple(each for each in self.run.fits if each.policy in policies)

    def nearest(self, word: str, count: int = NEAREST) -> list[Neighbour]:
        """Return the words whose trained vectors are nearest to that of `word`, with cosine similarities.

        Returns an empty list if `word` has no row in the embedding matrix, or a row of zeros.
        """
        row = self._rows.get(word) if self.run.has(layout.EMBEDDING_BEFORE) else None
        if row is None or not self._units[row].any():
            return []
        cosines = self._units @ self._units[row]
        cosines[[0, 1, row]] = -2
        best = [i for i in largest(cosines, count) if cosines[i] > -2]
        return [Neighbour(self._words[i], float(cosines[i])) for i in best]

    @cached_property
    def _baseline(self) -> BaselineClassifier | None:
        """Return the baseline that the run trained as its model; None for other runs, and without plugins."""
        if self.registry is None or not self.run.has(layout.BASELINE):
            return None
        from embedkit.inference.baseline import BaselineClassifier
        from embedkit.inference.loading import load_model

        classifier = load_model(self.run, self.registry).classifier
        return classifier if isinstance(classifier, BaselineClassifier) else None

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
        table: FloatArray = self.run.embedding_frame("after").to_numpy()
        return unit_rows(table)


def evidence_of(baseline: BaselineClassifier, text: str, count: int = NGRAMS) -> tuple[Evidence, ...]:
    """Return the n-grams of a text that decided for each predicted label; at most `count` on each side."""
    added = baseline.evidence(text)
    if not added:
        return ()
    (prediction,) = baseline.predictions([text])
    classes, chances = baseline.classes, prediction.probabilities
    predicted = parts_of(prediction.predicted, baseline.labelling.separator)
    labels = predicted or (classes[chances.index(max(chances))],)
    return tuple(_evidence(label, classes.index(label), added, count) for label in labels)


def _evidence(label: str, column: int, added: Mapping[str, NDArray[np.float64]], count: int) -> Evidence:
    weighed = [WeighedNgram(ngram, float(weights[column])) for ngram, weights in added.items()]
    ascending = sorted(weighed, key=lambda each: each.weight)
    speaking = [each for each in ascending[::-1][:count] if each.weight > 0]
    return Evidence(label, tuple(speaking), tuple(each for each in ascending[:count] if each.weight < 0))


def _known(share: float) -> float | None:
    return None if share != share else share
