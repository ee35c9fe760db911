"""The environments in which a run was resumed, as far as they differ from the one it was started in."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from embedkit.errors import Fault, RunError
from embedkit.files.atomic import write_whole
from embedkit.recipe.document import Plain
from embedkit.runs import layout
from embedkit.runs.files import read_json

RESUMED = "resumed"
"""The key of environment.json with the environments that a run went on in, the last one last."""

SHOWN = 5
"""How many differences a warning names."""

log = logging.getLogger(__name__)


def record_session(directory: Path, now: Plain) -> list[str]:
    """Record the environment `now` of a resumed run if it has changed; return the changes as text.

    Raises RunError if environment.json is damaged.
    """
    environment = read_json(directory / layout.ENVIRONMENT)
    sessions = environment.setdefault(RESUMED, [])
    if not isinstance(sessions, list):
        what = f"the file is damaged: '{RESUMED}' is no list"
        raise RunError(Fault(what, where=str(directory / layout.ENVIRONMENT)))
    changed = [*_changes(sessions[-1] if sessions else environment, now)]
    if changed:
        sessions.append({key: value for key, value in now.items() if key != "inputs"})
        text = json.dumps(environment, indent=2, ensure_ascii=False) + "\n"
        write_whole(directory / layout.ENVIRONMENT, text.encode())
    return changed


def warn_of_changes(directory: Path, changed: Sequence[str]) -> None:
    """Warn, on one line, of versions and settings that have changed since a run was interrupted."""
    if changed:
        more = f", and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
        what = "the run goes on with other versions or settings, and may end in other figures"
        log.warning("%s: %s: %s%s", directory, what, ", ".join(changed[:SHOWN]), more)


def _changes(before: Plain, now: Plain) -> Iterator[str]:
    """Yield `name before → now` for each version or setting that has changed."""
    for key, name in (("python", "Python"), ("threads", "threads"), ("platform", "platform")):
        if before.get(key) != now.get(key):
            yield f"{name} {before.get(key)} → {now.get(key)}"
    for key in ("packages", "plugins", "requirements"):
        yield from _changed_versions(before.get(key) or {}, now.get(key) or {})


def _changed_versions(before: Plain, now: Plain) -> Iterator[str]:
    for name in dict.fromkeys((*before, *now)):
        old, new = _version(before.get(name)), _version(now.get(name))
        if old != new:
            yield f"{name} {old} → {new}"


def _version(recorded: Any) -> str:
    """Return a version in environment.json as text; a plugin has a state, shown unless it is `loaded`."""
    if isinstance(recorded, dict):
        state = recorded.get("state")
        return f"{recorded.get('version')}" + ("" if state == "loaded" else f" ({state})")
    return recorded or "not installed"
