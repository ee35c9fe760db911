"""Analogies: is the word nearest to `b - a + c` the expected one?

3CosAdd (Mikolov et al. 2013) and 3CosMul (Levy & Goldberg 2014), over the source's own words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from embedkit.evaluation.intrinsic.batches import batches
from embedkit.evaluation.intrinsic.listing import list_words
from embedkit.evaluation.intrinsic.matching import Found, Matching, Missing
from embedkit.evaluation.intrinsic.search import MEMORY, Objective, Search
from embedkit.evaluation.intrinsic.sets import Question
from embedkit.interfaces import Progress, no_progress

if TYPE_CHECKING:
    from embedkit.interfaces import IntArray, VectorSource


class Answer(NamedTuple):
    """A question, its words as the source spells them (None where it lacks them), and the predicted word.

    `predicted` is None if there is no answer, as when the source lacks a word of the question; `correct` is
    None if the question does not count.
    """

    question: Question
    found: tuple[str | None, ...]
    predicted: str | None
    correct: bool | None


@dataclass(frozen=True)
class AnalogyResult:
    """The answers, in the order of the set."""

    answers: Sequence[Answer]

    @property
    def n(self) -> int:
        """Return the number of questions that count."""
        return sum(answer.correct is not None for answer in self.answers)

    @property
    def correct(self) -> int:
        """Return the number of questions answered correctly."""
        return sum(answer.correct is True for answer in self.answers)

    @property
    def accuracy(self) -> float | None:
        """Return the share of correct answers among the questions that count, or None if there are none."""
        return self.correct / self.n if self.n else None

    @property
    def oov(self) -> int:
        """Return the number of questions with a word that the source lacks."""
        return sum(None in answer.found for answer in self.answers)

    @property
    def oov_share(self) -> float:
        """Return the share of questions with a word that the source lacks."""
        return self.oov / len(self.answers) if self.answers else 0.0

    def sections(self) -> Mapping[str, AnalogyResult]:
        """Return the result of each section, in the order of the set."""
        grouped = groupby(self.answers, key=lambda answer: answer.question.section)
        return {section: AnalogyResult([*answers]) for section, answers in grouped}


@dataclass(frozen=True)
class Method:
    """How questions are answered: by which objective, and what becomes of those with a missing word.

    Such questions are left out under `missing` `skip`; under `zero` they count as wrong (gensim's
    `dummy4unknown`). `memory` bounds the bytes of vectors and cosines held at once.
    """

    missing: Missing = "skip"
    objective: Objective = "3cosadd"
    memory: int = MEMORY


def analogies(
    source: VectorSource,
    questions: Sequence[Question],
    matching: Matching | None = None,
    method: Method | None = None,
    progress: Progress = no_progress,
) -> AnalogyResult:
    """Evaluate the vectors of `source` on analogy `questions`, as gensim's `evaluate_word_analogies` does.

    The answer is searched among all words that `matching` lets count, except the three words of the question,
    in any case if case is folded. `progress` is called with the number of words compared. Raises
    VectorFileError for a source that cannot list its words.
    """
    matching, method = matching or Matching(), method or Method()
    words = list_words(source, matching.restrict)
    found = matching.find(source, (word for question in questions for word in question.words), words)
    asked = [question for question in questions if found.has(question.words)]
    predicted: dict[Question, str | None] = {}
    if asked:
        terms = np.array([[found.row_of[word] for word in question.words[:3]] for question in asked])
        search = Search(found.vectors, terms, _excluded(words, terms, found, matching), method.objective)
        for start, vectors in batches(source, words, search.block_size(method.memory)):
            search.compare(start, vectors)
            progress(start + len(vectors), len(words))
        predicted = {q: words[row] if row >= 0 else None for q, row in zip(asked, search.rows, strict=True)}
    return AnalogyResult([_answer(q, found, predicted, matching, method.missing) for q in questions])


def _excluded(words: Sequence[str], terms: IntArray, found: Found, matching: Matching) -> list[list[int]]:
    """Return, for each question, the rows of its three words in `words`, in any case if case is folded."""
    keys = [matching.key(word) for word in found.words]
    rows: dict[str, list[int]] = {key: [] for key in keys}
    for row, word in enumerate(words):
        if (key := matching.key(word)) in rows:
            rows[key].append(row)
    return [[row for term in {*each} for row in rows[keys[term]]] for each in terms.tolist()]


def _answer(
    question: Question,
    found: Found,
    predicted: Mapping[Question, str | None],
    matching: Matching,
    missing: Missing,
) -> Answer:
    spelt = found.spelt(question.words)
    expected, said = spelt[-1], predicted.get(question)
    if question not in predicted or expected is None:
        return Answer(question, spelt, None, False if missing == "zero" else None)
    return Answer(question, spelt, said, said is not None and matching.key(said) == matching.key(expected))
