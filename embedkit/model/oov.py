"""The out-of-vocabulary chain: other spellings to look up, and vectors for words that have none."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import numpy as np

from embedkit.errors import ComponentError, Fault
from embedkit.interfaces import FillContext, OovPolicy, SubwordSource, VectorSource
from embedkit.interfaces.calling import owner_of
from embedkit.interfaces.contracts import check_candidates, check_filled, check_named
from embedkit.interfaces.flags import NEEDS_SUBWORDS
from embedkit.model.policy_fit import PolicyFit

if TYPE_CHECKING:
    from embedkit.interfaces import EmbeddingContext, FloatArray

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FoundWords:
    """The `words` that a source knows and their `vectors` float32 [m, D], which a chain may use.

    `embedding` is the context in which the source was opened; None if none was.
    """

    words: Sequence[str]
    vectors: FloatArray
    embedding: EmbeddingContext | None = None


class Answers(NamedTuple):
    """A chain's vectors for n words, float32 [n, D], and the name of the policy that gave each, or "".

    `spellings` has the word of the source that stands for each word, or "" if a policy made the vector;
    `fits` are those of the policies that learnt their vectors, in order.
    """

    vectors: FloatArray
    policies: list[str]
    spellings: list[str]
    fits: list[PolicyFit]


@dataclass(frozen=True)
class OovChain:
    """Policies by name, in order: the first that answers for a word wins, the last answers for every word."""

    policies: Sequence[tuple[str, OovPolicy]]

    def warn_of_idle(self, source: VectorSource) -> None:
        """Warn of policies that need subword vectors if `source` has none: they cannot answer for a word."""
        if isinstance(source, SubwordSource):
            return
        for i, (name, policy) in enumerate(self.policies):
            if NEEDS_SUBWORDS.of(policy):
                what = f"'{name}' leaves every word: the embedding has no vectors of parts of words"
                hint = "fasttext with a .bin file and fasttext-train have them."
                log.warning("%s", Fault(what, where=f"oov.{i}", hint=hint))

    def proposals(self, words: Sequence[str]) -> list[list[Sequence[str]]]:
        """Return, for each policy in order, the other spellings that it proposes for each of `words`.

        Raises ComponentError for a policy whose proposals are not a sequence of strings.
        """
        return [check_candidates(policy, _proposed(policy, words), words) for _, policy in self.policies]

    def spellings(self, word: str) -> tuple[str, ...]:
        """Return the word itself, then the spellings that each policy proposes for it, without duplicates.

        No policy is asked about the proposals of another. Raises ComponentError as `proposals` does.
        """
        proposed = [spelling for (each,) in self.proposals([word]) for spelling in each]
        return tuple(dict.fromkeys([word, *proposed]))

    def fill(self, words: Sequence[str], source: VectorSource, found: FoundWords, seed: int) -> Answers:
        """Return a vector for each of `words`.

        Raises ComponentError if the chain leaves a word without one.
        """
        answers = self.answers(words, source, found, seed)
        self._refuse([word for word, name in zip(words, answers.policies, strict=True) if not name])
        return answers

    def answers(self, words: Sequence[str], source: VectorSource, found: FoundWords, seed: int) -> Answers:
        """Return the answers of all policies for `words`; the policy is "" where none answered."""
        return self._ask(self.policies, words, source, found, seed)

    def know(self, words: Sequence[str], source: VectorSource, found: FoundWords, seed: int) -> Answers:
        """Return the answers of all policies but the last for `words`; the policy is "" where none answered.

        The last policy answers for any word, so its answer says nothing about a word unseen in training.
        """
        return self._ask(self.policies[:-1], words, source, found, seed)

    def _ask(
        self,
        policies: Sequence[tuple[str, OovPolicy]],
        words: Sequence[str],
        source: VectorSource,
        found: FoundWords,
        seed: int,
    ) -> Answers:
        """Return for each word the answer of the first of `policies` that has one, else zeros and no name."""
        vectors = np.zeros((len(words), source.dim), dtype=np.float32)
        names, spellings = [""] * len(words), [""] * len(words)
        fits: list[PolicyFit] = []
        left = np.arange(len(words))
        for position, (name, policy) in enumerate(policies):
            if not len(left):
                break
            context = self.context(position, source, found, seed)
            answer = policy.fill([words[i] for i in left.tolist()], context)
            check_filled(policy, answer, len(left), source.dim)
            check_named(policy, answer, context)
            answered = left[answer.filled]
            vectors[answered] = answer.vectors[answer.filled]
            for i in answered.tolist():
                names[i] = name
            for i, spelling in zip(left.tolist(), answer.spellings, strict=False):
                spellings[i] = spelling or ""
            if answer.fit is not None:
                fits.append(PolicyFit(name, len(answered), answer.fit))
            left = left[~answer.filled]
        return Answers(vectors, names, spellings, fits)

    def context(self, position: int, source: VectorSource, found: FoundWords, seed: int) -> FillContext:
        """Make what the policy at `position` is given for `fill`: its generator is in its first state."""
        generator, embedding = self._generator(seed, position), found.embedding
        tokens = tuple if embedding is None else embedding.training_tokens
        return FillContext(source, found.vectors, generator, found.words, tokens, embedding)

    def _generator(self, seed: int, position: int) -> np.random.Generator:
        """Make a random generator for one policy, independent of the draws of other policies."""
        names = [name for name, _ in self.policies]
        name = names[position]
        return np.random.default_rng([seed, crc32(name.encode()), names[:position].count(name)])

    def _refuse(self, left: Sequence[str]) -> None:
        """Raise ComponentError if any word is left without an answer."""
        if left:
            what = f"ends the chain but left {len(left)} words without a row, '{left[0]}' first"
            raise ComponentError(owner_of(self.policies[-1][1]).fault(what))


def _proposed(policy: OovPolicy, words: Sequence[str]) -> list[Sequence[str]]:
    """Return the spellings that a policy proposes for each of `words`.

    Errors are handled once around all calls rather than per word: there may be millions of words.
    """
    proposed: list[Sequence[str]] = []

    def clause() -> str:
        return f"candidates() of the word {words[min(len(proposed), len(words) - 1)][:60]!r} raised"

    with owner_of(policy).calling(clause):
        candidates = policy.candidates
        for word in words:
            proposed.append(candidates(word))
    return proposed
