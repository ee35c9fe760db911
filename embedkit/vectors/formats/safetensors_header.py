"""The header of a safetensors file: the names, types, shapes and places of its tensors."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from embedkit.files.system import read_at
from embedkit.vectors.faults import broken
from embedkit.vectors.formats.matrix import SIZES, Matrix
from embedkit.vectors.io.content import Content

FLOATS: Mapping[str, str] = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "BF16": "bf16"}
"""The types of vectors and of weights, by their names in safetensors."""


@dataclass(frozen=True)
class Tensor:
    """A tensor: `begin` and `end` are bytes of the file, `dtype` is safetensors' name of its type."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int

    def __str__(self) -> str:
        return f"{self.dtype} {[*self.shape]}"


Tensors = Mapping[str, Tensor]
"""By name, in the order of the header."""


def read_tensors(content: Content) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file. Raises VectorFileError if the header is damaged."""
    with content.reading(), content.path.open("rb", buffering=0) as file:
        size = int.from_bytes(read_at(file, 8, 0), "little")
        text = read_at(file, size, 8)
    try:
        header = json.loads(text)
        return {
            name: _tensor(name, tensor, 8 + size) for name, tensor in header.items() if name != "__metadata__"
        }
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise broken(content.path, f"the header of {size:,} bytes is damaged: {error}") from error


def _tensor(name: str, described: Any, data: int) -> Tensor:
    begin, end = described["data_offsets"]
    numbers = [begin, end, *described["shape"]]
    if not all(type(number) is int and number >= 0 for number in numbers) or begin > end:
        raise ValueError("a tensor lies outside the file")
    return Tensor(name, str(described["dtype"]), tuple(described["shape"]), data + begin, data + end)


def matrix_of(content: Content, tensor: Tensor, types: Mapping[str, str] = FLOATS) -> Matrix:
    """Return a tensor [words, dimensions] of one of `types` as a matrix.

    Raises VectorFileError if it has another shape or type, or if it lies outside the file.
    """
    if len(tensor.shape) != 2 or min(tensor.shape) < 1 or tensor.dtype not in types:
        what = f"the vectors are {tensor}, not [words, dimensions] of {', '.join(types)}"
        raise broken(content.path, what)
    _check_size(content, "the vectors", tensor, SIZES[types[tensor.dtype]])
    return Matrix(tensor.begin, *tensor.shape, types[tensor.dtype])


def read_values(content: Content, tensor: Tensor, types: Collection[str], size: int) -> bytes:
    """Return the bytes of a tensor [n] of one of `types`, values of `size` bytes.

    Raises VectorFileError if it has another shape or type, or if the file is cut within it.
    """
    if len(tensor.shape) != 1 or tensor.dtype not in types:
        raise broken(content.path, f"the tensor {tensor.name} is {tensor}, not [n] of {', '.join(types)}")
    _check_size(content, f"the tensor {tensor.name}", tensor, size)
    with content.reading(), content.path.open("rb", buffering=0) as file:
        return read_at(file, tensor.end - tensor.begin, tensor.begin)


def _check_size(content: Content, called: str, tensor: Tensor, size: int) -> None:
    """Raise VectorFileError unless the tensor has as many bytes as its type and shape need, in the file."""
    if tensor.end - tensor.begin != math.prod(tensor.shape) * size:
        verb = "have" if called.endswith("s") else "has"
        what = f"{called} {verb} {tensor.end - tensor.begin:,} bytes, which {tensor} has not"
        raise broken(content.path, what)
    if tensor.end > content.size:
        raise broken(content.path, f"the file is cut within {called}")
