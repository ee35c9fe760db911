"""Intrinsic evaluation: word similarity and analogies, as the recipe's section `intrinsic` says."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from embedkit.evaluation.intrinsic.analogies import AnalogyResult, Method, analogies
from embedkit.evaluation.intrinsic.matching import Matching
from embedkit.evaluation.intrinsic.sets import Pair, Question, read_pairs, read_questions
from embedkit.evaluation.intrinsic.similarity import SimilarityResult, similarity
from embedkit.evaluation.intrinsic_figures import (
    AnalogyFigures,
    IntrinsicFigures,
    QuestionFigures,
    SimilarityFigures,
)
from embedkit.interfaces.consistency import check_blocks
from embedkit.model.oov import OovChain
from embedkit.recipe.intrinsic import set_name
from embedkit.recipe.paths import expand
from embedkit.runs import layout

if TYPE_CHECKING:
    from embedkit.interfaces import VectorSource
    from embedkit.recipe.components import Components
    from embedkit.recipe.intrinsic import IntrinsicRecipe
    from embedkit.runs.context import RunContext
    from embedkit.runs.reporter import Reporter
    from embedkit.runs.writer import RunWriter

log = logging.getLogger(__name__)


def evaluate_vectors(components: Components[IntrinsicRecipe], context: RunContext) -> None:
    """Evaluate vectors on all word pairs and analogies: metrics.json, similarity.csv and analogies.csv."""
    recipe, reporter = components.recipe, context.reporter
    reporter.stage("reading sets")
    pairs = {set_name(path): read_pairs(expand(path, at)) for at, path in _files(recipe, "similarity")}
    questions = {set_name(path): read_questions(expand(path, at)) for at, path in _files(recipe, "analogies")}

    reporter.stage("opening the vectors")
    source = _open(components, pairs, questions, reporter)
    spellings = OovChain(components.policies).spellings
    matching = Matching(recipe.intrinsic.case, recipe.intrinsic.restrict, spellings)

    similar, answered = {}, {}
    for name, each in pairs.items():
        reporter.stage(f"word similarity: {name}")
        similar[name] = similarity(source, each, matching, recipe.intrinsic.missing)
    for name, asked in questions.items():
        reporter.stage(f"analogies: {name}")
        answered[name] = analogies(
            source,
            asked,
            matching,
            Method(recipe.intrinsic.missing, recipe.intrinsic.objective),
            reporter.advance,
        )
    _write(context.writer, similar, answered)


def _files(recipe: IntrinsicRecipe, kind: str) -> list[tuple[str, str]]:
    return [(at, path) for at, path in recipe.files() if at.startswith(f"intrinsic.{kind}.")]


def _open(
    components: Components[IntrinsicRecipe],
    pairs: Mapping[str, Sequence[Pair]],
    questions: Mapping[str, Sequence[Question]],
    reporter: Reporter,
) -> VectorSource:
    words = dict.fromkeys(
        chain(
            (word for each in pairs.values() for pair in each for word in pair[:2]),
            (word for each in questions.values() for question in each for word in question.words),
        )
    )
    context = components.context(0, [*words])
    source = components.embedding.open(replace(context, progress=reporter.advance))
    part = components.part("embedding")
    if not part.bundled:
        check_blocks(source, str(part))
    return source


def _write(
    writer: RunWriter, similar: Mapping[str, SimilarityResult], answered: Mapping[str, AnalogyResult]
) -> None:
    figures: dict[str, IntrinsicFigures] = {name: similarity_figures(each) for name, each in similar.items()}
    figures |= {name: analogy_figures(each) for name, each in answered.items()}
    writer.json(layout.METRICS, {name: each.to_json() for name, each in figures.items()})
    log.info("evaluated", extra={"sets": [*figures]})
    if similar:
        header = ["set", "line", "first", "second", "score", "cosine", "found_first", "found_second"]
        writer.csv(layout.SIMILARITY, header, _pair_rows(similar))
    if answered:
        words = ["a", "b", "c", "expected"]
        header = ["set", "section", "line", *words, "predicted", "correct", *(f"found_{w}" for w in words)]
        writer.csv(layout.ANALOGIES, header, _question_rows(answered))


def similarity_figures(result: SimilarityResult) -> SimilarityFigures:
    """Return the figures of a set of word pairs."""
    return SimilarityFigures(
        pairs=len(result.pairs),
        n=result.n,
        oov=result.oov,
        oov_share=result.oov_share,
        spearman=result.rho,
        p_value=result.p_value,
        undefined=result.undefined,
    )


def analogy_figures(result: AnalogyResult) -> AnalogyFigures:
    """Return the figures of a set of analogies: totals, and the same figures by section."""
    sections = {name: question_figures(section) for name, section in result.sections().items()}
    return AnalogyFigures(**vars(question_figures(result)), sections=sections)


def question_figures(result: AnalogyResult) -> QuestionFigures:
    """Return the figures of analogy questions."""
    return QuestionFigures(
        questions=len(result.answers),
        n=result.n,
        oov=result.oov,
        oov_share=result.oov_share,
        correct=result.correct,
        accuracy=result.accuracy,
    )


def _pair_rows(similar: Mapping[str, SimilarityResult]) -> Iterable[Sequence[object]]:
    for name, result in similar.items():
        for pair, found, cosine in result.pairs:
            yield name, pair.line, pair.first, pair.second, pair.score, cosine, *found


def _question_rows(answered: Mapping[str, AnalogyResult]) -> Iterable[Sequence[object]]:
    for name, result in answered.items():
        for question, found, predicted, correct in result.answers:
            right = None if correct is None else int(correct)
            yield name, question.section, question.line, *question.words, predicted, right, *found
