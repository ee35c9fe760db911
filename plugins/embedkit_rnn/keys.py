"""The keys that every recurrent encoder has."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt

from embedkit.plugin_api import Doc, Fault, RecipeError

HiddenSize = Annotated[int, Gt(0), Doc("hidden units of one direction; H is twice that with `bidirectional`")]
NumLayers = Annotated[int, Gt(0), Le(1000), Doc("layers, each of which reads the states of the one below")]
Bidirectional = Annotated[bool, Doc("read the text in both directions, which doubles H")]
Dropout = Annotated[float, Ge(0), Lt(1), Doc("dropout between layers")]
PoolingName = Literal["last", "mean", "max", "attention"]
Pooling = Annotated[PoolingName, Doc("how the states become one vector: the last one, or all of them pooled")]


def check_dropout(dropout: float, num_layers: int) -> None:
    """Raise RecipeError if there is dropout between layers, but only one layer."""
    if dropout and num_layers == 1:
        what = f"dropout {dropout} acts between layers, and there is one layer"
        raise RecipeError(
            Fault(what, where="encoder.dropout", hint="Set num_layers to 2 or more, or dropout to 0.")
        )
