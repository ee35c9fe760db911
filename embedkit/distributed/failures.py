"""Ends several processes together: if one fails, all end, and only one reports the error."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

from embedkit.distributed.process_group import AnotherEnded, ProcessGroup
from embedkit.distributed.signals import Terminated, exit_code, interrupted_by_signals
from embedkit.errors import EmbedkitError

SOON = timedelta(seconds=5)
"""How long a failed process looks for the others."""


@contextmanager
def as_one(group: ProcessGroup) -> Iterator[None]:
    """Run the block in every process of `group`; if it fails in several, only the first raises its error.

    The others raise SystemExit, and so does a process that is told to terminate, as `torchrun` tells the
    remaining ones: the files that they were writing are removed or kept as after any other error. A process
    that runs alone raises Terminated, a KeyboardInterrupt.
    """
    with interrupted_by_signals():
        if group.count == 1:
            yield
            return
        try:
            yield
        except KeyboardInterrupt as error:
            if group.is_main and not isinstance(error, Terminated):
                raise
            raise AnotherEnded(exit_code(error)) from error
        except (EmbedkitError, OSError) as error:
            if _is_first():
                raise
            raise AnotherEnded(getattr(error, "exit_code", 1)) from error


@cache
def _is_first() -> bool:
    """Return whether this is the first process to fail; False if the others can no longer be asked.

    In that case one of them has failed.
    """
    from torch.distributed import DistError, TCPStore  # type: ignore[attr-defined]

    try:
        store = TCPStore(os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]), timeout=SOON)
        failed: int = store.add("embedkit/failed", 1)
    except DistError:
        return False
    return failed == 1
