"""Digests of what a component's results depend on besides their input, for keys of the cache."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from embedkit.files.digest import sha256
from embedkit.plugin.requirements import requirements_of
from embedkit.recipe.frozen import thaw

if TYPE_CHECKING:
    from embedkit.recipe.build import Part
    from embedkit.recipe.document import Plain


def component_digest(part: Part, *packages: ModuleType) -> str:
    """Return a digest of a component's name and parameters, and of the code that it runs.

    It is the same whether defaults are written out or not, and wherever in a recipe the component stands. The
    code is that of its own package and of `packages`, the versions of its distribution and of all direct
    and indirect requirements, and the version of Python. Files that it reads are not part of it.
    """
    component, plugin = part.component, part.component.plugin
    versions = requirements_of(plugin.distribution, by_any_extra=True)
    own = sys.modules[component.factory.__module__.partition(".")[0]]
    code = [*chain.from_iterable(map(_sources, (own, *packages)))]
    said = [part.spec.use, _parameters(part), plugin.name, platform.python_version(), versions]
    return hashlib.sha256(f"{json.dumps(said, sort_keys=True)} {files_digest(code)}".encode()).hexdigest()


def _parameters(part: Part) -> Plain:
    """Return the parameters of a component with their defaults, as plain data."""
    written = json.dumps(thaw(part.spec.parameters))
    checked = part.component.parameters.model_validate_json(written)
    plain: Plain = checked.model_dump(mode="json", warnings=False)
    return plain


def files_digest(paths: Sequence[Path]) -> str:
    """Return a digest of the names and contents of files, and of all files in folders."""
    files = chain.from_iterable(path.rglob("*") if path.is_dir() else [path] for path in paths)
    digests = sorted(f"{path.name} {sha256(path)}" for path in files if path.is_file())
    return hashlib.sha256("\n".join(digests).encode(errors="surrogateescape")).hexdigest()


def texts_digest(texts: Iterable[str]) -> str:
    """Return a digest of texts in their order."""
    digest = hashlib.sha256()
    for each in texts:
        encoded = each.encode(errors="surrogatepass")
        digest.update(b"%d " % len(encoded) + encoded)
    return digest.hexdigest()


def _sources(package: ModuleType) -> Iterator[Path]:
    """Return the Python files of a package, or the single file of a module."""
    folders = [Path(folder) for folder in getattr(package, "__path__", ())]
    if folders:
        return chain.from_iterable(folder.rglob("*.py") for folder in folders)
    return iter([Path(str(package.__file__))])
