"""What a task is given beside the components of its recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedkit.distributed.process_group import ProcessGroup
    from embedkit.runs.reporter import Reporter
    from embedkit.runs.writer import RunWriter


@dataclass(frozen=True)
class RunContext:
    """Where a task writes, whom it tells of its progress, and whether warnings about the data are errors."""

    writer: RunWriter
    reporter: Reporter
    strict: bool = False

    @property
    def group(self) -> ProcessGroup:
        """Return the processes that share the work."""
        return self.writer.group
