"""The recipe keys of both trainings, with their bounds and descriptions; defaults are gensim's."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le

from embedkit.plugin_api import Doc

Dim = Annotated[int, Gt(0), Doc("width of every vector, D")]
Window = Annotated[int, Gt(0), Doc("words to either side that a word is trained with, at most")]
MinCount = Annotated[
    int, Gt(0), Doc("words seen less often are left out and get no vector from the source itself")
]
Epochs = Annotated[int, Gt(0), Doc("passes over the training texts")]
Algorithm = Annotated[
    Literal["cbow", "skip-gram"],
    Doc("predict a word from those around it, or those around it from the word"),
]
Negative = Annotated[int, Gt(0), Doc("noise words drawn for each word that is predicted")]
Sample = Annotated[
    float, Ge(0), Le(1), Doc("share of the texts from which on a frequent word is thinned out; 0 keeps all")
]
