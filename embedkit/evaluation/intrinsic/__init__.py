"""Intrinsic evaluation: how well word vectors agree with human similarity scores, and answer analogies.

Every figure comes with the share of pairs or questions with a word that has no vector: without it the figures
of two sources cannot be compared.
"""

from embedkit.evaluation.intrinsic.analogies import AnalogyResult, Method, analogies
from embedkit.evaluation.intrinsic.matching import Matching
from embedkit.evaluation.intrinsic.sets import Pair, Question, read_pairs, read_questions
from embedkit.evaluation.intrinsic.similarity import SimilarityResult, similarity

__all__ = [
    "AnalogyResult",
    "Matching",
    "Method",
    "Pair",
    "Question",
    "SimilarityResult",
    "analogies",
    "read_pairs",
    "read_questions",
    "similarity",
]
