"""YAML 1.2 files and values as recipes use them: safe to read, every fault with its line.

https://yaml.org/spec/1.2.2/
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Never

import yaml

from embedkit.errors import Fault, RecipeError
from embedkit.recipe.document import TOO_DEEP, Document, KeyPath, Origin, is_unicode
from embedkit.recipe.paths import IN_QUOTES
from embedkit.recipe.tree import Builder

MAX_BYTES = 1_000_000
"""A recipe file may be so large."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FOREIGN_BREAK = re.compile("[\x85\u2028\u2029]")

Where = Callable[[int], str]


def read_document(path: Path) -> Document:
    """Read the recipe file at `path`. Raises RecipeError with every fault found, each at `path:line`."""

    def where(line: int) -> str:
        return f"{path}:{line}"

    data, lines = parse(_decode(_read(path), where), where)
    if not isinstance(data, dict):
        raise RecipeError(Fault("a recipe is a mapping of keys to values", where=where(1)))
    base = path.parent.absolute()
    origins = {at: Origin(0, line, where(line), base) for at, line in lines.items()}
    return Document(data, origins, stem=path.stem)


def parse(text: str, where: Where) -> tuple[Any, dict[KeyPath, int]]:
    """Parse a text of YAML; return its value and the line of every part.

    Raises RecipeError with every fault.
    """
    if not is_unicode(text):
        raise RecipeError(Fault("not valid Unicode", where=where(1)))
    foreign = _FOREIGN_BREAK.search(text)
    if foreign:
        _refuse_break(text, foreign, where)
    builder = Builder(where)
    try:
        return builder.build(yaml.parse(text, Loader=_LOADER)), builder.lines
    except yaml.YAMLError as error:
        raise RecipeError(*builder.faults, _syntax_fault(text, error, where)) from error


def _read(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            kind = "a directory" if path.is_dir() else "not a regular file"
            raise RecipeError(Fault(f"is {kind}, where a recipe is expected", where=str(path)))
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise RecipeError(Fault(f"cannot be read: {error.strerror}", where=str(path))) from error
    if len(content) > MAX_BYTES:
        raise RecipeError(Fault(f"larger than {MAX_BYTES} bytes, too large for a recipe", where=str(path)))
    return content


def _decode(content: bytes, where: Where) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = f"not UTF-8: byte 0x{content[error.start]:02X}"
        raise RecipeError(Fault(what, where=where(line))) from error


def _refuse_break(text: str, found: re.Match[str], where: Where) -> Never:
    line = text.count("\n", 0, found.start()) + 1
    name = f"U+{ord(found.group()):04X}"
    hint = f'Write it in double quotes as "\\u{ord(found.group()):04X}".'
    raise RecipeError(Fault(f"{name} would be read as the end of a line", where=where(line), hint=hint))


def _syntax_fault(text: str, error: yaml.YAMLError, where: Where) -> Fault:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        at = where(mark.line + 1 if mark else 1)
        if "nesting depth" in (error.problem or ""):  # libyaml reads ahead, as far as a depth of its own
            return Fault(TOO_DEEP, where=at)
        said = ", ".join(filter(None, (error.context, error.problem)))
        hint = IN_QUOTES if "quoted scalar" in said and re.search("escape|hex", said) else None
        return Fault(f"not valid YAML: {said}", where=at, hint=hint)
    if isinstance(error, yaml.reader.ReaderError):
        line = text.encode()[: error.position].count(b"\n") + 1
        return Fault(f"not valid YAML: character #x{error.character:04x} is not allowed", where=where(line))
    return Fault(f"not valid YAML: {error}", where=where(1))
