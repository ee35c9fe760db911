"""The process in which a plugin is imported to see what that does; `imports.import_report` starts it."""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import sys
import tempfile
import threading
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LATE = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
"""Categories of warnings that users are not shown unless they come from the plugin's own code."""


def main() -> None:
    """Read what to import from standard input, import it, and print what that did as JSON."""
    request = json.load(sys.stdin)
    sys.path[:] = request["path"]
    with tempfile.TemporaryFile() as file:
        output = os.dup(1)
        os.dup2(file.fileno(), 1)
        report = _report(request["targets"], request["heavy"])
        sys.stdout.flush()
        file.seek(0)
        report["printed"] = file.read().decode(errors="replace")
    os.write(output, json.dumps(report).encode())


def _report(targets: Sequence[str], heavy: Sequence[str]) -> dict[str, Any]:
    from embedkit import plugin_api  # noqa: F401 - what every plugin imports is none of its doing
    from embedkit.interfaces.calling import described

    error = None
    before, modules = _state(), {*sys.modules}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        filters = [*warnings.filters]
        try:
            for target in targets:
                _call_hooks(EntryPoint("", target, "").load())
        except (Exception, SystemExit) as raised:  # a plugin may raise anything
            error = described(raised)
        own = [*map(_module, targets)]
        told = [_told(each) for each in caught if _concerns(each, own)]
        changed = [] if filters == warnings.filters else ["warnings.filters"]
    after = _state()
    changed += [name for name, value in before.items() if value != after[name]]
    found = {name.partition(".")[0] for name in {*sys.modules} - modules} & {*heavy}
    return {
        "heavy": sorted(found),
        "warnings": [*dict.fromkeys([*told, *(line for name in own for line in _syntax_warnings(name))])],
        "changed": changed,
        "error": error,
    }


def _call_hooks(plugin: object) -> None:
    """Call the hooks of a plugin, as embedkit does right after its import; what they register is not kept."""
    for name in dir(plugin):
        hook = getattr(plugin, name, None)
        if callable(hook) and hasattr(hook, "embedkit_impl"):
            hook(register=_forget)


def _forget(_name: str, _factory: object) -> None:
    """Register a component nowhere."""


def _module(target: str) -> str:
    return target.partition(":")[0].strip()


def _state() -> Mapping[str, object]:
    """Return what a whole process shares, and an import has to leave as it is."""
    root = logging.getLogger()
    handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
    return {
        "Python's global generator of random numbers": random.getstate(),
        "os.environ": {**os.environ},
        "sys.path": [*sys.path],
        "the working directory": Path.cwd(),
        "the root logger": (root.level, [*root.handlers]),
        "signal handlers": handlers,
        "sys.excepthook": sys.excepthook,
        "sys.stdout": sys.stdout,
        "the number of threads": threading.active_count(),
    }


def _concerns(warning: warnings.WarningMessage, own: Sequence[str]) -> bool:
    """Return whether a user would see a warning, or it comes from a package of the modules `own`."""
    files = [spec.origin for spec in map(_spec, own) if spec and spec.origin]
    folders = tuple(str(Path(file).parent) for file in files if Path(file).name == "__init__.py")
    return (
        not issubclass(warning.category, LATE)
        or warning.filename in files
        or (bool(folders) and warning.filename.startswith(folders))
    )


def _told(warning: warnings.WarningMessage) -> str:
    return f"{warning.category.__name__}: {warning.message}"


def _spec(module: str) -> Any:
    with suppress(Exception):  # a package on the way may raise anything
        return find_spec(module)
    return None


def _syntax_warnings(module: str) -> list[str]:
    """Return the warnings of compiling a module, which its import gives only if there is no compiled file."""
    spec = _spec(module)
    if not (spec and spec.origin and spec.origin.endswith(".py")):
        return []
    with warnings.catch_warnings(record=True) as caught, suppress(SyntaxError, OSError):
        warnings.simplefilter("always")
        compile(Path(spec.origin).read_bytes(), spec.origin, "exec")
    return [_told(each) for each in caught]
