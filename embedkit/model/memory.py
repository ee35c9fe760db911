"""Checks that a model fits into memory, before the memory is allocated."""

from __future__ import annotations

import copy
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from embedkit.errors import DataError, Fault, RecipeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor, nn

    from embedkit.interfaces import Encoder

log = logging.getLogger(__name__)

COPIES = 2
"""How often weights are in memory in training, at the least: themselves and their gradients."""

TENSORS = 64
"""Upper estimate of the tensors [B, T, T] in memory at once, attention heads counted."""

_HEADS = {
    torch.ops.aten._transformer_encoder_layer_fwd.default: 2,
    torch.ops.aten._native_multi_head_attention.default: 4,
}
"""Which argument is the number of heads."""

PRIMES = (127, 131, 137)
"""Lengths of a text that are told from other sizes in a shape."""

_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def machine_memory() -> int:
    """Return the memory in bytes of this machine, or of the container of this process if that is less."""
    total = int(psutil.virtual_memory().total)
    for path in map(Path, _LIMITS):
        try:
            total = min(total, int(path.read_text(encoding="ascii")))
        except (OSError, ValueError):  # there is no such limit
            continue
    return total


def check_table(rows: int, dim: int) -> None:
    """Raise RecipeError if an embedding table [rows, dim] and its gradient do not fit into memory."""
    size, memory = 4 * rows * dim, machine_memory()
    if COPIES * size > memory:
        what = f"a table of {rows:,} rows of {dim:,} dimensions takes {_gigabytes(size)}"
        hint = "Take vectors of fewer dimensions, or fewer words: vocabulary.max_size."
        raise RecipeError(Fault(f"{what}; there are {_gigabytes(memory)} of memory", "embedding", hint=hint))


def check_parameters(encoder: Encoder, name: str, width: int) -> None:
    """Raise RecipeError if the weights of an encoder for vectors of `width` do not fit into memory.

    The module is built on the meta device; an encoder that cannot be built there is not checked.
    """
    try:
        module = _without_memory(encoder, width)
    except Exception as error:
        if not _overflows(error):
            log.info("encoder not measured", extra={"width": width, "error": str(error)})
            return
        what = f"{name} for vectors of {width:,} dimensions takes more than {_gigabytes(2**63)}"
        raise _too_large(what, machine_memory()) from error
    count, memory = sum(weight.numel() for weight in module.parameters()), machine_memory()
    size = COPIES * 4 * count
    if size > memory:
        what = f"{name} for vectors of {width:,} dimensions has {count:,} weights"
        raise _too_large(f"{what}; training takes {_gigabytes(size)} for them at least", memory)


def check_long_texts(module: Callable[[], nn.Module], name: str, width: int, batch: int, length: int) -> None:
    """Raise DataError if `batch` texts of `length` tokens do not fit into memory while they are encoded.

    If the texts are long, `module` returns the encoder's module, which encodes a short text in its current
    mode; the size of tensors with the text length twice in their shape, as in attention, is extrapolated to
    the long texts. Errors of the module are ignored here.
    """
    memory = machine_memory()
    read = COPIES * 4 * batch * length * width
    if read > memory:
        raise _too_long(f"a batch of {_texts(batch, length)} takes {_gigabytes(read)} at least", memory)
    if 4 * batch * length**2 * TENSORS < memory:
        return
    with torch.random.fork_rng(devices=[]):
        size = int(4 * batch * _numbers_by_square(module(), width) * length**2)
    if size > memory:
        takes = f"a batch of {_texts(batch, length)} takes {_gigabytes(size)} at least"
        raise _too_long(f"{name} compares every token with every other: {takes}", memory)


def _numbers_by_square(module: nn.Module, width: int) -> float:
    """Return the numbers per pair of tokens in the largest tensor that is quadratic in the text length."""
    length = next(prime for prime in PRIMES if width % prime)
    squares = _Squares(length)
    device = next((weight.device for weight in module.parameters()), torch.device("cpu"))
    try:
        with squares:
            mask = torch.ones(1, length, dtype=torch.bool, device=device)
            with torch.set_grad_enabled(module.training):
                module(torch.randn(1, length, width, device=device, requires_grad=module.training), mask)
    except Exception as error:
        log.info("encoder not measured", extra={"length": length, "error": str(error)})
    return squares.numbers / length**2


class _Squares(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Records the size of the largest tensor whose shape has the prime `length`, or a multiple, twice."""

    def __init__(self, length: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.length = length
        self.numbers = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if function in _HEADS:  # attention in one operation, whose tensors nobody sees
            self.numbers = max(self.numbers, args[_HEADS[function]] * self.length**2)
        given = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(given):
            if isinstance(tensor, torch.Tensor) and self._is_square(tensor):
                # A tensor that was expanded takes less than its shape says.
                held = tensor.untyped_storage().nbytes() // tensor.element_size()
                self.numbers = max(self.numbers, min(tensor.numel(), held))
        return given

    def _is_square(self, tensor: Tensor) -> bool:
        return sum(size > 0 and size % self.length == 0 for size in tensor.shape) > 1


def _without_memory(encoder: Encoder, width: int) -> nn.Module:
    """Build the module of a copy of `encoder` on the meta device: weights have shapes but no data."""
    with torch.random.fork_rng(devices=[]), torch.device("meta"):
        return copy.deepcopy(encoder).build(width)


def _overflows(error: Exception) -> bool:
    """Return whether torch refused a shape because its size in bytes overflows."""
    return isinstance(error, OverflowError) or "overflow" in str(error).lower()


def _texts(batch: int, length: int) -> str:
    return f"{batch:,} texts, as long as the longest with {length:,} tokens,"


def _too_long(what: str, memory: int) -> DataError:
    hint = "Set data.max_length to fewer tokens of a text, or training.batch_size to fewer texts."
    return DataError(Fault(f"{what}; there are {_gigabytes(memory)} of memory", "data.max_length", hint=hint))


def _too_large(what: str, memory: int) -> RecipeError:
    hint = "Choose smaller sizes for its keys."
    return RecipeError(Fault(f"{what}; there are {_gigabytes(memory)} of memory", "encoder", hint=hint))


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"
