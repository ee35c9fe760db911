"""`evaluation`: how predictions are made and scored."""

# No `from __future__ import annotations`: see sections/section.py.
from typing import Annotated, Literal

from pydantic import Field

from embedkit.recipe.sections.section import ComponentSpec, Section

Metrics = Annotated[tuple[ComponentSpec, ...], Field(description="the metrics in metrics.json, each once")]
Baselines = Annotated[
    tuple[ComponentSpec, ...],
    Field(
        description="simple classifiers that are trained on the same texts and scored beside the model; "
        "`[]`: none"
    ),
]
FunctionWordLists = Annotated[
    tuple[ComponentSpec, ...],
    Field(
        description="lists of stop words (function words), which the error analysis does not count as content"
    ),
]
Threshold = Annotated[
    float,
    Field(
        gt=0,
        lt=1,
        description="the probability from which the positive one of two classes, or one of several labels, "
        "is predicted",
    ),
]

PredictedTexts = Annotated[
    Literal["all", "held-out"],
    Field(
        description="the texts in the predictions and in the error analysis: all, or those alone that were "
        "held out of training, if there are any; the metrics are of all splits in either case"
    ),
]


class NetworkEvaluation(Section):
    """How the predictions of a network are made and scored."""

    metrics: Metrics
    baselines: Baselines
    function_words: FunctionWordLists
    threshold: Threshold = 0.5
    predictions: PredictedTexts = "all"


class Evaluation(NetworkEvaluation):
    """How predictions are made and scored."""

    table_drift: Annotated[
        bool,
        Field(description="write table-drift.csv: how training moved each row of the embedding matrix"),
    ] = True
