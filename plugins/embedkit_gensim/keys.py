"""The recipe keys of both trainings, with their bounds and descriptions; defaults are gensim's."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le

from embedkit.plugin_api import Doc

Dim = Annotated[int, Gt(0), Doc("dimensions of every vector, D")]
Window = Annotated[int, Gt(0), Doc("the largest distance between a word and its context words")]
MinCount = Annotated[int, Gt(0), Doc("words that occur less often get no vector")]
Epochs = Annotated[int, Gt(0), Doc("passes over the training texts")]
Algorithm = Annotated[
    Literal["cbow", "skip-gram"],
    Doc("`cbow` predicts a word from its context, `skip-gram` the context from the word"),
]
Negative = Annotated[int, Gt(0), Doc("negative samples for each predicted word")]
Sample = Annotated[
    float,
    Ge(0),
    Le(1),
    Doc("subsampling threshold: words above this share of the texts are thinned out; 0 keeps all"),
]
