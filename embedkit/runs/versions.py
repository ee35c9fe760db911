"""Whether what a run was made with is installed in the same versions now."""

from __future__ import annotations

import importlib.metadata
import logging
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedkit.runs.run import Run

log = logging.getLogger(__name__)

SHOWN = 5


def warn_of_versions(run: Run) -> None:
    """Warn, on one line, of what is installed in other versions than those that `run` was made with."""
    changed = [*_changed(run)]
    if changed:
        more = f", and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
        what = "what the run was made with is installed in other versions"
        log.warning("%s: %s: %s%s", run.path, what, ", ".join(changed[:SHOWN]), more)


def _changed(run: Run) -> Iterator[str]:
    """`name before → now` of each: what plugins require first, then embedkit's packages, then Python."""
    environment = run.read_json("environment.json")
    recorded = {**environment.get("requirements", {}), **environment["packages"]}
    for name, before in recorded.items():
        now = _installed(name)
        if now != before:
            yield f"{name} {before} → {now or 'not installed'}"
    if environment["python"] != platform.python_version():
        yield f"Python {environment['python']} → {platform.python_version()}"


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except PackageNotFoundError:
        return None
