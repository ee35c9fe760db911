"""Packages of new plugins, made from the templates in `embedkit/templates`.

The files of a template are those of a package that works as it stands, whose plugin is called `placeholder`:
linters and type checkers read them. A few words in them are replaced, which needs no template language.
`package` has the files of every kind, `component` those of every kind but `command`, and a folder for each
kind the rest, or what takes their place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from embedkit.errors import Fault
from embedkit.files.atomic import made_whole
from embedkit.hookspecs import KINDS
from embedkit.plugin.new_name import COMMAND, NewName
from embedkit.plugin.registry import describe_kind

_ROOT = Path(__file__).parents[1] / "templates"
_MODULE = "src/embedkit_placeholder/__init__.py"
_WORDS = re.compile(r"embedkit_placeholder|embedkit-placeholder|Placeholder|placeholder|\bSUMMARY\b|\bKIND\b")


def _folder_of(kind: str) -> Path:
    return _ROOT / kind.replace("-", "_")


PLUGIN_KINDS = (*KINDS, COMMAND)
"""The kinds of plugin that there are templates for."""


def summary_of(kind: str) -> str:
    """Return what the template of a kind makes, the first line of its module."""
    text = (_folder_of(kind) / _MODULE).read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]


def target_faults(target: Path) -> Iterator[Fault]:
    """Yield why a package cannot be written into `target`: it exists, or there is no folder to put it in."""
    if target.exists() or target.is_symlink():
        yield Fault("it exists already", where=str(target), hint="Name another folder with --out.")
    elif not target.absolute().parent.is_dir():
        yield Fault("there is no such folder", where=str(target.parent))


def write_package(kind: str, name: NewName, target: Path) -> None:
    """Write the package of a new plugin into the folder `target`, which is complete or absent.

    Raises OSError if it cannot be written, or if there is something called `target` by then.
    """
    files = _files_of(kind)
    words = _words(kind, name, files)
    with made_whole(target, durable=False, overwrite=False) as folder:
        for relative, source in files.items():
            file = folder / _filled(relative, words)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(_filled(source.read_text(encoding="utf-8"), words).encode())


def _files_of(kind: str) -> dict[str, Path]:
    """Return the files of the template of a kind, by their paths in a package."""
    folders = [_ROOT / "package", *([] if kind == COMMAND else [_ROOT / "component"]), _folder_of(kind)]
    return {
        path.relative_to(folder).as_posix(): path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts  # pip compiles what it installs
    }


def _words(kind: str, name: NewName, files: Mapping[str, Path]) -> dict[str, str]:
    """Return what stands in the package of a plugin for each word of its template."""
    code = [path.read_text(encoding="utf-8") for path in files.values() if path.suffix == ".py"]
    names = {word for text in code for word in re.findall(r"\w+", text)}
    return {
        "embedkit_placeholder": name.module,
        "embedkit-placeholder": name.distribution,
        "Placeholder": name.class_name(kind, names),
        "placeholder": name.component,
        "SUMMARY": summary_of(kind),
        "KIND": describe_kind(kind),
    }


def _filled(text: str, words: Mapping[str, str]) -> str:
    return _WORDS.sub(lambda found: words[found[0]], text)
