"""Check whether the packages that a run was made with are installed in the same versions."""

from __future__ import annotations

import importlib.metadata
import logging
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from typing import TYPE_CHECKING

from embedkit.runs import layout

if TYPE_CHECKING:
    from embedkit.runs.run import Run

log = logging.getLogger(__name__)

SHOWN = 5


def warn_of_versions(run: Run) -> None:
    """Warn, on one line, of packages whose installed version differs from the one that `run` recorded."""
    changed = [*_changed(run)]
    if changed:
        more = f", and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
        what = "what the run was made with is installed in other versions"
        log.warning("%s: %s: %s%s", run.path, what, ", ".join(changed[:SHOWN]), more)


def _changed(run: Run) -> Iterator[str]:
    """Yield `name before → now` for each change: plugin requirements, embedkit's packages, then Python."""
    environment = run.read_json(layout.ENVIRONMENT)
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
