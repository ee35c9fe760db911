"""Whether another out-of-vocabulary policy would have helped.

The filled rows of a frozen table are refilled by each other policy, and the texts are classified again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from embedkit.errors import EmbedkitError
from embedkit.evaluation.oov.refilling import flips
from embedkit.evaluation.oov.result import Flips, OtherPolicies
from embedkit.evaluation.predictions import held_out
from embedkit.interfaces.flags import TOTAL
from embedkit.model.known_words import KnownWords
from embedkit.model.oov import FoundWords, OovChain
from embedkit.text.vocabulary import FIRST_WORD_ID

if TYPE_CHECKING:
    from embedkit.evaluation.predictions import Predictions
    from embedkit.inference.classifier import Classifier
    from embedkit.interfaces import BoolArray, EmbeddingContext, OovPolicy
    from embedkit.model.table_rows import TableRows
    from embedkit.recipe.build import Part
    from embedkit.recipe.components import Components
    from embedkit.recipe.document import Plain
    from embedkit.recipe.schema import Recipe

MAPPED: Plain = {
    "use": "mapped",
    "source": {"use": "word2vec-train", "algorithm": "skip-gram", "min_count": 2, "epochs": 10},
}
"""The policy that learns from the training texts, with a second embedding as `embedkit rank` trains it."""

FEWEST_TOKENS, MOST_TOKENS = 100_000, 500_000
"""Training tokens with which `mapped` is asked: fewer teach it little, and more take over a minute."""

FINE_TUNED = (
    "training moved the rows that the policy wrote, and the model with them: "
    "another policy can be asked by another run alone"
)


@dataclass(frozen=True)
class Trained:
    """A classifier with the components of its recipe."""

    classifier: Classifier
    components: Components[Recipe]

    @property
    def recipe(self) -> Recipe:
        """Return the recipe that the classifier was trained by."""
        return self.components.recipe

    @property
    def policy(self) -> str:
        """Return the name of the last policy of the chain, which answered for all remaining words."""
        return self.recipe.oov[-1].use

    @property
    def filled(self) -> BoolArray:
        """Return which rows of the trained words the last policy filled, including `<UNK>`, bool [V]."""
        rows = self.rows
        pairs = zip(rows.origin[: rows.trained], rows.via, strict=False)
        return np.array([origin in ("unk", "filled") and name == self.policy for origin, name in pairs])

    @property
    def rows(self) -> TableRows:
        """Return the rows of the embedding table."""
        return self.classifier.model.table_embedder.rows


def ask_policies(trained: Trained, predictions: Mapping[str, Predictions]) -> OtherPolicies:
    """Count the texts that turn right and wrong under each other policy, by policy and split.

    If the question has no answer, `why` gives the reason. `refused` has the error of each policy that fails.
    The training split is left out if there are others: the model was fitted to the original rows.
    """
    if trained.recipe.embedding.trainable != "none":
        return OtherPolicies(trained.policy, FINE_TUNED, {}, {})
    if not trained.filled.any():
        return OtherPolicies(trained.policy, f"'{trained.policy}' wrote no row", {}, {})
    turned: dict[str, dict[str, Flips]] = {}
    refused: dict[str, str] = {}
    for name, part in _other_policies(trained, predictions).items():
        try:
            policy = trained.components.made_of(part)
            classifier = refilled(trained, name, policy, _opening(trained, predictions))
        except EmbedkitError as error:
            refused[name] = error.faults[0].what
            continue
        turned[name] = {
            split: _flips(trained, classifier, before) for split, before in held_out(predictions).items()
        }
    return OtherPolicies(trained.policy, None, turned, refused)


def _other_policies(trained: Trained, predictions: Mapping[str, Predictions]) -> dict[str, Part]:
    """Return the policies to ask, by name: those that answer for every word, and perhaps `mapped`.

    `mapped` is asked if the run has predicted its training texts, they are neither few nor many, and the
    chain does not ask it anyway.
    """
    policies = trained.components.other_policies(trained.policy)
    train = predictions.get("train")
    tokens = 0 if train is None else sum(train.split.tokens.counts.values())
    chain = [spec.use for spec in trained.recipe.oov]
    if FEWEST_TOKENS <= tokens <= MOST_TOKENS and MAPPED["use"] not in chain:
        policies |= trained.components.installed("oov", MAPPED)
    return policies


def _opening(trained: Trained, predictions: Mapping[str, Predictions]) -> EmbeddingContext:
    """Return the context for a policy that opens an embedding of its own, as training had it."""
    words = trained.rows.words[FIRST_WORD_ID : trained.rows.trained]
    context = trained.components.context(trained.recipe.seed, words)
    train = predictions.get("train")
    return context if train is None else replace(context, training_tokens=lambda: train.split.tokens)


def refilled(
    trained: Trained, name: str, policy: OovPolicy, opening: EmbeddingContext | None = None
) -> Classifier:
    """Return the classifier with the rows of its last policy filled by `policy` instead.

    Rows that it leaves keep the vectors of the last policy. It opens an embedding of its own in `opening`.
    """
    model = trained.classifier.model
    embedding = model.table_embedder
    vectors = embedding.vectors().copy()
    words, table = trained.rows.words, vectors[: trained.rows.trained]
    origin = trained.rows.origin[: len(table)]
    known = [row for row, each in enumerate(origin) if each in ("found", "recovered")]
    found = FoundWords([words[row] for row in known], table[known], opening)
    source = KnownWords(found.words, found.vectors)
    rows = np.flatnonzero(trained.filled)
    chain = OovChain([(name, policy)])
    fill = chain.fill if TOTAL.of(policy) else chain.answers
    answers = fill([words[row] for row in rows], source, found, trained.recipe.seed)
    answered = np.array([bool(policy) for policy in answers.policies], dtype=np.bool_)
    table[rows[answered]] = answers.vectors[answered]
    return replace(trained.classifier, model=model.with_embedder(embedding.with_vectors(vectors)))


def _flips(trained: Trained, other: Classifier, before: Predictions) -> Flips:
    """Count the texts that turn right and wrong; only texts with a refilled row are classified again."""
    split = before.split
    filled = {*np.flatnonzero(trained.filled).tolist()}
    ids = trained.rows.vocabulary.ids(split.tokens.words)
    words = {number for number, row in enumerate(ids) if row in filled}
    reading = [i for i, numbers in enumerate(split.tokens.numbers) if not words.isdisjoint(numbers)]
    after = other.judge(split.take(reading)).wrong().tolist() if reading else []
    return flips(before.wrong()[reading].tolist(), after)
