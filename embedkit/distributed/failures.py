"""How several processes end: where one fails, all do, and one alone says why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

from embedkit.distributed.process_group import AnotherEnded, World
from embedkit.distributed.signals import Terminated, exit_code, interrupted_by_signals
from embedkit.errors import EmbedkitError

SOON = timedelta(seconds=5)
"""How long a failed process looks for the others."""


@contextmanager
def as_one(world: World) -> Iterator[None]:
    """Run the block in every process of `world`; of errors in several, let the first one alone be heard.

    The others raise SystemExit, and so does a process that is told to terminate, as `torchrun` does to those
    that are left: what they were writing is cleared away or kept as after any other error. A process that is
    alone raises Terminated, a KeyboardInterrupt.
    """
    with interrupted_by_signals():
        if world.count == 1:
            yield
            return
        try:
            yield
        except KeyboardInterrupt as error:
            if world.main and not isinstance(error, Terminated):
                raise
            raise AnotherEnded(exit_code(error)) from error
        except (EmbedkitError, OSError) as error:
            if _is_first():
                raise
            raise AnotherEnded(getattr(error, "exit_code", 1)) from error


@cache
def _is_first() -> bool:
    """Whether no other process has failed; where they can no longer be asked, one of them has."""
    from torch.distributed import DistError, TCPStore  # type: ignore[attr-defined]

    try:
        store = TCPStore(os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]), timeout=SOON)
        failed: int = store.add("embedkit/failed", 1)
    except DistError:
        return False
    return failed == 1
