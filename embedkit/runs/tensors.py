"""The tensors of a run: shapes are checked before memory is allocated, and numbers must be finite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from embedkit.errors import Fault, RunError

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.interfaces import FloatArray

HEADER = 1 << 20
"""Bytes that a header may have: it lists tensors, of which a model has few."""

TABLE = "embedding.weight"


@dataclass(frozen=True)
class Shape:
    """The shape of a tensor and its dtype as safetensors names it, such as `F32`."""

    sizes: tuple[int, ...]
    dtype: str = "F32"

    def __str__(self) -> str:
        return f"{self.dtype} {[*self.sizes]}"


def read_shapes(path: Path) -> dict[str, Shape]:
    """Return the shape of each tensor in a file by name; only the header is read.

    Raises RunError if the file is damaged, or not as long as its header says.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
        if length > HEADER:
            raise RunError(Fault(f"damaged: a header of {length:,} bytes", where=str(path)))
        with safe_open(path, "np") as file:
            slices = {name: file.get_slice(name) for name in [*file.keys()]}
            return {name: Shape(tuple(each.get_shape()), each.get_dtype()) for name, each in slices.items()}
    except (SafetensorError, OSError, ValueError) as error:
        raise RunError(Fault(f"damaged: {error}", where=str(path))) from error


def refuse_other_shapes(path: Path, expected: Mapping[str, Shape]) -> None:
    """Raise RunError unless a file has exactly the expected tensors, with the expected shapes."""
    found = read_shapes(path)
    faults = [
        f"has no tensor {name}" if name not in found else f"{name} is {found[name]}, and {shape} is expected"
        for name, shape in expected.items()
        if found.get(name) != shape
    ]
    faults += [f"has a tensor {name[:60]} that is not expected" for name in found if name not in expected]
    if faults:
        raise RunError(*(Fault(f"damaged: {what}", where=str(path)) for what in faults[:5]))


def shapes_of(tensors: Mapping[str, Tensor]) -> dict[str, Shape]:
    """Return the shape of each tensor by name, as a safetensors file would record it."""
    import torch

    named = {torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}
    named |= {torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL"}
    return {
        name: Shape(tuple(tensor.shape), named.get(tensor.dtype, "F32")) for name, tensor in tensors.items()
    }


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file by name. Raises RunError if one holds NaN or infinity."""
    from safetensors.torch import load_file

    tensors: dict[str, Tensor] = load_file(path)
    for name, tensor in tensors.items():
        if not tensor.isfinite().all():
            raise RunError(Fault(f"damaged: {name} holds NaN or infinity", where=str(path)))
    return tensors


def read_table(path: Path, rows: int, width: int | None = None) -> FloatArray:
    """Return the tensor `embedding.weight`, float32 [rows, D], of a file; D is `width` if given.

    Raises RunError if the tensor is missing, has another shape, or holds NaN or infinity.
    """
    import numpy as np
    from safetensors import safe_open

    shape = read_shapes(path).get(TABLE)
    if shape is None or len(shape.sizes) != 2 or shape != Shape((rows, width or shape.sizes[1])):
        came = "is missing" if shape is None else f"is {shape}"
        wanted = Shape((rows,)) if width is None else Shape((rows, width))
        raise RunError(Fault(f"damaged: {TABLE} {came}, and {wanted} is expected", where=str(path)))
    with safe_open(path, "np") as file:
        table: FloatArray = file.get_tensor(TABLE)
    if not np.isfinite(table).all():
        raise RunError(Fault(f"damaged: {TABLE} holds NaN or infinity", where=str(path)))
    return table
