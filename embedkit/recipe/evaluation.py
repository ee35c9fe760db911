"""Recipes that evaluate a trained model on other data."""

# No `from __future__ import annotations`: see sections/section.py.
from typing import Annotated, Literal

from pydantic import Field

from embedkit.recipe.schema import AnyRecipe, Name
from embedkit.recipe.sections.data import InMemory
from embedkit.recipe.sections.evaluation import Metrics
from embedkit.recipe.sections.section import ComponentSpec, Section


class EvaluationData(Section):
    """Which texts a trained model is evaluated on."""

    test: Annotated[ComponentSpec, Field(description="the reader of the texts")]
    in_memory: InMemory = True


class ModelEvaluation(Section):
    """How the predictions of a trained model are made and scored."""

    metrics: Metrics
    baselines: Annotated[
        tuple[ComponentSpec, ...] | None,
        Field(
            description="simple classifiers that are trained on the model's training texts and scored beside "
            "it; null: those of the model's recipe; `[]`: none"
        ),
    ] = None
    function_words: Annotated[
        tuple[ComponentSpec, ...] | None,
        Field(
            description="lists of stop words (function words), which the error analysis does not count as "
            "content; null: those of the model's recipe"
        ),
    ] = None
    threshold: Annotated[
        float | None, Field(gt=0, lt=1, description="as in training; null: that of the model's recipe")
    ] = None
    unseen: Annotated[
        Literal["unk"] | None,
        Field(
            description="`unk`: words that training did not see are `<UNK>`; null: as in the model's recipe"
        ),
    ] = None


class EvaluationRecipe(AnyRecipe):
    """A run that evaluates a trained model on other data."""

    name: Name
    model: Annotated[str, Field(min_length=1, description="directory of the run whose model is evaluated")]
    data: Annotated[EvaluationData, Field(description="the texts that the model is evaluated on")]
    evaluation: Annotated[
        ModelEvaluation,
        Field(description="metrics, baselines, stop words of the error analysis, decision threshold"),
    ]
