"""The processes that run a recipe together, and the device of each of them.

`torchrun` and `accelerate launch` start them and set their number in the environment; they communicate
through torch.distributed, set up by Accelerate. All of them must make the same exchanges in the same order.
https://huggingface.co/docs/accelerate
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from embedkit.errors import Fault, RunError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

PATIENCE = timedelta(days=1)
"""How long a process waits for one that is still at work, such as reading a large file."""

T = TypeVar("T")
P = ParamSpec("P")


class AnotherEnded(SystemExit):
    """Another process has ended early, and has reported why."""


def _exchange(function: Callable[P, T]) -> Callable[P, T]:
    """Make an exchange between processes raise AnotherEnded if another process is gone."""

    def exchanged(*arguments: P.args, **more: P.kwargs) -> T:
        try:
            return function(*arguments, **more)
        except RuntimeError as error:
            raise AnotherEnded(1) from error

    return exchanged


@dataclass(frozen=True)
class ProcessGroup:
    """`count` processes, of which this is number `index`; only number 0, the main one, writes and reports."""

    index: int = 0
    count: int = 1

    @property
    def is_main(self) -> bool:
        """Return whether this is the main process."""
        return self.index == 0

    @property
    def device(self) -> torch.device:
        """Return the device of this process: a GPU of its own, if there is one."""
        from accelerate.state import PartialState

        device: torch.device = PartialState().device
        return device

    def shard(self, rows: Tensor) -> Tensor:
        """Return this process's part of `rows` [n]: every `count`-th row, possibly none."""
        return rows[self.index :: self.count]

    @_exchange
    def gather(self, items: Sequence[T]) -> list[T]:
        """Return the items of all processes, in the order of the processes."""
        if self.count == 1:
            return [*items]
        from accelerate.utils import gather_object

        gathered: list[T] = gather_object([*items])
        return gathered

    @_exchange
    def all_reduce(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its sum over all processes, in one exchange."""
        if self.count == 1:
            return
        import torch
        from accelerate.utils import reduce

        summed = reduce(torch.cat([tensor.reshape(-1) for tensor in tensors]), "sum")
        parts = torch.split(summed, [tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view_as(tensor))

    def broadcast(self, make: Callable[[], T]) -> T:
        """Call `make` in the main process only, and return its result in every process."""
        made = make() if self.is_main else None
        return made if self.count == 1 else self._sent(made)  # type: ignore[return-value]

    @_exchange
    def _sent(self, made: Any) -> Any:
        from accelerate.utils import broadcast_object_list

        return broadcast_object_list([made])[0]

    def barrier(self) -> None:
        """Return when every process has called this."""
        self.gather([None])


ALONE = ProcessGroup()
"""The one process of a run that nobody shares."""


@cache
def join() -> ProcessGroup:
    """Set up the communication with the other processes, and return the group that this process belongs to.

    Raises RunError if the others cannot be reached, or if the environment gives no valid number of processes.
    """
    count = _from_environment("WORLD_SIZE", 1) or 1
    for name in ("RANK", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_PORT"):
        _from_environment(name, 0)
    if count == 1:
        return ALONE
    import torch
    import torch._dynamo
    from accelerate.state import PartialState
    from torch.distributed import DistError

    # Where torch._dynamo, which the first optimizer needs, is imported after the processes have met, it keeps
    # their group: threads then outlive it and can abort a process that is done as Python ends.
    # Without `cpu`, Accelerate takes a process without a GPU for one that is alone.
    try:
        state = PartialState(cpu=not torch.cuda.is_available(), timeout=PATIENCE)
    except DistError as error:
        raise RunError(
            Fault(f"the other processes cannot be reached: {error}", where="MASTER_ADDR")
        ) from error
    if state.num_processes != count:
        what = f"{count} processes were started, and this one finds {state.num_processes}"
        raise RunError(Fault(what, where="WORLD_SIZE"))
    atexit.register(_part)
    return ProcessGroup(state.process_index, count)


def _from_environment(name: str, least: int) -> int | None:
    """Return the number in an environment variable; None if it is not set.

    Raises RunError unless it is a whole number, at least `least`.
    """
    text = os.environ.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < least:
        what = f"'{text}' is no whole number from {least} on"
        hint = "torchrun and accelerate launch set it; a run of one process does without."
        raise RunError(Fault(what, where=name, hint=hint))
    return int(text)


def _part() -> None:
    """Delete the process group if there is one, so that this process leaves the others in order."""
    import torch

    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
