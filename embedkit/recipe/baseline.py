"""Recipes that train a baseline, such as a bag of words, as their model."""

# No `from __future__ import annotations`: see sections/section.py.
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from embedkit.recipe.document import KeyPath, Plain
from embedkit.recipe.schema import TrainingRecipe
from embedkit.recipe.sections.data import TrainingTexts
from embedkit.recipe.sections.evaluation import (
    Baselines,
    FunctionWordLists,
    Metrics,
    PredictedTexts,
    Threshold,
)
from embedkit.recipe.sections.section import ComponentSpec, Section

WORDS_AND_MARKS: Plain = {"use": "regex", "pattern": r"\w+(?:['’]\w+)*|[^\w\s]", "lowercase": True}
"""The tokenizer that splits texts into the words and marks that the bundled baselines count."""


class BaselineEvaluation(Section):
    """How the predictions of a baseline that is trained as a model are made and scored."""

    metrics: Metrics
    baselines: Baselines = ()
    function_words: FunctionWordLists
    threshold: Threshold = 0.5
    predictions: PredictedTexts = "all"


class BaselineRecipe(TrainingRecipe):
    """A run that trains a baseline, such as a bag of words, as its model, and evaluates it."""

    default_components: ClassVar[Mapping[KeyPath, Plain]] = {("tokenizer",): WORDS_AND_MARKS}

    data: Annotated[TrainingTexts, Field(description="the texts for training and evaluation")]
    baseline: Annotated[
        ComponentSpec, Field(description="the baseline that is trained as the model, such as `nbsvm`")
    ]
    tokenizer: Annotated[
        ComponentSpec,
        Field(
            description="counts which words training has seen, for the error analysis; the baseline does not "
            "read its tokens"
        ),
    ]
    evaluation: Annotated[
        BaselineEvaluation,
        Field(description="metrics, baselines, stop words of the error analysis, decision threshold"),
    ]
