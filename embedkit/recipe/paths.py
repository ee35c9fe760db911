"""Files that recipes name: made absolute when a recipe is loaded, expanded and found when data are opened."""

from __future__ import annotations

import importlib.util
import os
import re
from importlib.machinery import ModuleSpec
from pathlib import Path, PurePosixPath

from embedkit.errors import DataError, Fault, nearest

PACKAGE = "package:"
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def absolute(text: str, base: Path) -> str:
    """`text` relative to the directory `base`; as it is where it is absolute or says where it starts.

    `package:NAME/…`, `~` and `${VARIABLE}` at its beginning say so, and are left for `expand`.
    """
    return text if text.startswith((PACKAGE, "~", "${")) else str(base / text)


def expand(text: str, where: str) -> Path:
    """The file that `text` names, which exists.

    Raises DataError at `where` for a variable that is not set, a package that is not installed, a file that
    does not exist, and a directory.
    """
    return _existing(locate(text, where), where)


def locate(text: str, where: str) -> Path:
    """The absolute path that `text` names, whether or not it exists.

    Raises DataError at `where` for a variable that is not set and a package that is not installed.
    """
    if text.startswith(PACKAGE):
        return _in_package(text, where)
    path = Path(_with_variables(text, where))
    try:
        return path.expanduser().absolute()
    except RuntimeError as error:
        raise DataError(Fault(f"'{text}': {error}", where=where)) from error


def _with_variables(text: str, where: str) -> str:
    missing = [name for name in _VARIABLE.findall(text) if name not in os.environ]
    if missing:
        faults = [Fault(f"the environment variable {name} is not set", where=where) for name in missing]
        raise DataError(*faults)
    return _VARIABLE.sub(lambda match: os.environ[match[1]], text)


def _in_package(text: str, where: str) -> Path:
    """The file inside an installed package, which is not imported."""
    name, _, inner = text.removeprefix(PACKAGE).partition("/")
    if not name.isidentifier() or not inner:
        raise DataError(Fault(f"'{text}' is not of the form package:NAME/inner/path", where=where))
    spec = _find(name)
    if spec is None or not spec.submodule_search_locations:
        what = f"no package '{name}' is installed" if spec is None else f"'{name}' is a module, not a package"
        raise DataError(Fault(what, where=where))
    roots = [Path(root) for root in spec.submodule_search_locations]
    inside = PurePosixPath(inner)
    return next((root / inside for root in roots if (root / inside).exists()), roots[0] / inside)


def _find(name: str) -> ModuleSpec | None:
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError):  # ValueError: a module in sys.modules that has no spec
        return None


def _existing(path: Path, where: str) -> Path:
    try:
        if path.is_dir():
            raise DataError(Fault(f"'{path}' is a directory, not a file", where=where))
        if path.exists():
            return path
        siblings = [sibling.name for sibling in path.parent.iterdir()] if path.parent.is_dir() else []
    except OSError as error:
        raise DataError(Fault(f"'{path}' cannot be read: {error.strerror}", where=where)) from error
    raise DataError(Fault(f"'{path}' does not exist", where=where, nearest=nearest(path.name, siblings)))
