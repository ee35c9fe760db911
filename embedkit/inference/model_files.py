"""Where the files of a trained model are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor


class ModelFiles(Protocol):
    """Where the files of a model are written, by name, as a RunWriter writes them."""

    def text(self, name: str, text: str) -> None:
        """Write a UTF-8 text file."""

    def json(self, name: str, value: object) -> None:
        """Write a JSON file."""

    def csv(self, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Write a CSV file with one header line."""

    def tensors(self, name: str, tensors: Mapping[str, Tensor]) -> None:
        """Write a safetensors file."""
