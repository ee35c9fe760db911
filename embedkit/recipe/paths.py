"""Files that recipes name: made absolute when a recipe is loaded, expanded and found when data are opened."""

from __future__ import annotations

import importlib.util
import os
import re
from importlib.machinery import ModuleSpec
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

from embedkit.errors import DataError, Fault, nearest
from embedkit.recipe.hub import HUB, hub_folder

PACKAGE = "package:"
IN_QUOTES = (
    "In double quotes a backslash begins an escape, such as \\n or \\t. Write a path of Windows in single "
    "quotes, 'C:\\data\\reviews.csv', or with slashes, C:/data/reviews.csv."
)

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def absolute(text: str, base: PurePath) -> str:
    r"""Return the path `text` relative to `base`, or unchanged if it is absolute or says where it starts.

    `package:NAME/…`, `hub:NAME`, `~` and `${VARIABLE}` at its beginning say so, and are left for `expand`. A
    path that is absolute on Windows, such as `C:\data` and `C:/data`, is unchanged on every system: `expand`
    raises if there is no such file.
    """
    says_so = text.startswith((PACKAGE, HUB, "~", "${")) or PureWindowsPath(text).is_absolute()
    return text if says_so else str(base / text)


def expand(text: str, where: str, folder: bool = False) -> Path:
    """Return the existing file that `text` names; if `folder`, the existing folder.

    Raises DataError at `where` for a variable that is not set, a package that is not installed, a model of
    the hub that is not there, a path that does not exist, a directory in place of a file or the reverse, and
    a device or pipe.
    """
    if text.startswith(HUB) and not folder:
        raise DataError(Fault(f"'{text}' is the folder of a model, not a file", where=where))
    return _existing(locate(text, where), text, where, folder)


def shown(text: str) -> str:
    """Return a path for messages, without the values of variables, which may be secret."""
    return text if _VARIABLE.search(text) else str(Path(text).expanduser())


def locate(text: str, where: str) -> Path:
    """Return the absolute path that `text` names, whether or not it exists.

    Raises DataError at `where` for a variable that is not set, a package that is not installed, and a model
    of the hub that is neither in the cache nor can be downloaded.
    """
    if text.startswith(HUB):
        return hub_folder(text, where)
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
    """Return the path of a file in an installed package, without importing the package.

    Raises DataError if the package is not installed or `text` is not of the form `package:NAME/inner/path`.
    """
    name, _, inner = text.removeprefix(PACKAGE).replace("\\", "/").partition("/")
    if not name.isidentifier() or not inner or ".." in PurePosixPath(inner).parts or inner.startswith("/"):
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


def _existing(path: Path, text: str, where: str, folder: bool) -> Path:
    try:
        if path.is_dir() and not folder:
            raise DataError(Fault(f"'{shown(text)}' is a directory, not a file", where=where))
        if path.is_file() and folder:
            raise DataError(Fault(f"'{shown(text)}' is a file, not a directory", where=where))
        if path.exists():
            return path if path.is_dir() else _regular(path, where)
        siblings = [sibling.name for sibling in path.parent.iterdir()] if path.parent.is_dir() else []
    except OSError as error:
        raise DataError(Fault(f"'{shown(text)}' cannot be read: {error.strerror}", where=where)) from error
    meant, hint = nearest(path.name, siblings), _hint(text, path) or (_hub_hint(path) if folder else None)
    raise DataError(
        Fault(f"'{shown(text)}' does not exist", where=where, nearest=None if hint else meant, hint=hint)
    )


def _hub_hint(path: Path) -> str | None:
    """Return how the name of a model is written, if the path of a folder that does not exist can be one."""
    if path.parent.is_dir() or not path.parent.parent.is_dir():
        return None
    return f"If it is a model of Hugging Face's hub, write {HUB}{path.parent.name}/{path.name}"


def _regular(path: Path, where: str) -> Path:
    """Return the path.

    Raises DataError for a device, pipe or socket: a file must end and be readable again.
    """
    if not path.is_file():
        hint = "Pipes and devices are not read: write what comes from them into a file first."
        raise DataError(Fault(f"'{path}' is not a regular file", where=where, hint=hint))
    return path


def _hint(text: str, path: Path) -> str | None:
    """Return what to write in place of a Windows path or its backslashes; None if that is not the problem."""
    if any(character in "\0\a\b\t\n\v\f\r" for character in text):
        return IN_QUOTES
    if os.name == "nt":
        return None
    if PureWindowsPath(text).is_absolute() and not text.startswith("/"):
        return "It is a path of Windows, and this system has other ones."
    slashed = Path(str(path).replace("\\", "/"))
    if slashed != path and slashed.exists():
        return f"Write it with /, which is right on every system: {slashed}"
    return None
