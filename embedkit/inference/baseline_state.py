"""The state of a fitted baseline in files: plain data and numbers, written here, and restored, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.errors import DataError, Fault, RunError
from embedkit.interfaces import BaselineState, RestorableBaseline
from embedkit.runs import layout
from embedkit.runs.tensors import Shape, read_tensors, refuse_other_shapes, shapes_of

if TYPE_CHECKING:
    from pathlib import Path

    from embedkit.data.labels import Labelling
    from embedkit.inference.model_files import ModelFiles
    from embedkit.interfaces import Baseline, FittedBaseline
    from embedkit.runs.json_schemas import StoredBaseline


def save_state(
    files: ModelFiles,
    state: BaselineState,
    described: str = layout.BASELINE,
    numbers: str = layout.BASELINE_ARRAYS,
) -> None:
    """Write a checked state: data and shapes of arrays to the file `described`, the arrays to `numbers`."""
    import numpy as np
    import torch

    tensors = {
        name: torch.from_numpy(np.array(array, order="C", copy=True)) for name, array in state.arrays.items()
    }
    shapes = {name: {"dtype": of.dtype, "shape": [*of.sizes]} for name, of in shapes_of(tensors).items()}
    files.json(described, {"arrays": shapes, "data": state.data})
    files.tensors(numbers, tensors)


def restore(baseline: Baseline, stored: StoredBaseline, arrays: Path, labelling: Labelling) -> FittedBaseline:
    """Return the fitted baseline whose state is `stored`, with the file of its `arrays`.

    Raises RunError if the arrays are not those that `stored` lists, or if the baseline refuses the state.
    """
    shapes = {name: Shape(tuple(each["shape"]), each["dtype"]) for name, each in stored["arrays"].items()}
    refuse_other_shapes(arrays, shapes)
    if not isinstance(baseline, RestorableBaseline):
        what = "the baseline has no method 'restore', and its run has a state"
        raise RunError(Fault(what, where=str(arrays.parent)))
    numbers = {name: tensor.numpy() for name, tensor in read_tensors(arrays).items()}
    try:
        return baseline.restore(BaselineState(numbers, stored["data"]), labelling.classes, labelling.task)
    except DataError as error:
        where = str(arrays.with_suffix(".json"))
        raise RunError(*(Fault(f"damaged: {fault.what}", where=where) for fault in error.faults)) from error
