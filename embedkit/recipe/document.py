"""A recipe as it was written: plain data, and the source and line of every part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from embedkit.errors import Fault, RecipeError

Plain = Mapping[str, Any]
"""A mapping as YAML and JSON have it."""

Container = dict[str, Any] | list[Any]
"""A mapping or a list of a document, which overrides change in place."""

KeyPath = tuple[str | int, ...]
"""The keys and list indices that lead to a value; () is the recipe itself."""

LARGEST = 2**63 - 1
"""The largest integer."""

MAX_DEPTH = 40
"""Mappings and lists may stand in one another so deep; a recipe needs six levels."""

TOO_DEEP = f"more than {MAX_DEPTH} mappings and lists inside one another"


def dotted(path: KeyPath) -> str:
    """Return the path as `--set` writes it: `data.train.path`, `oov.0`."""
    return ".".join(map(str, path))


def describe(value: object) -> str:
    """Return a value as messages name it: "the text 'ten'", "the integer 5", "a list"."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the text '{value if len(value) <= 60 else value[:59] + '…'}'"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, Mapping):
        return "a mapping"
    return f"the {'integer' if isinstance(value, int) else 'number'} {value}"


@dataclass(frozen=True, order=True)
class Origin:
    """Where a value was written: the n-th source, its line, and the directory for its relative paths."""

    source: int
    line: int
    where: str = field(compare=False)
    base: Path = field(compare=False)


@dataclass
class Document:
    """Plain data (dict, list, str, int, float, bool, None) and the origins of its parts.

    A part without an origin of its own has the origin of the part that contains it; () always has one.
    """

    data: dict[str, Any]
    origins: dict[KeyPath, Origin]
    stem: str | None = None

    def origin(self, path: KeyPath) -> Origin:
        """Return the origin of the value at `path`, or of the nearest part that contains it."""
        while path not in self.origins:
            path = path[:-1]
        return self.origins[path]


@dataclass
class Findings:
    """The faults found in a document so far."""

    document: Document
    faults: list[tuple[Origin, Fault]] = field(default_factory=list)

    def add(self, path: KeyPath, fault: Fault | str, said_at: KeyPath | None = None) -> None:
        """Add a fault about the value at `path`, with the origin of that value, or of `said_at`."""
        found = fault if isinstance(fault, Fault) else Fault(fault)
        origin = self.document.origin(path if said_at is None else said_at)
        what = f"{dotted(path)}: {found.what}" if path else found.what
        self.faults.append((origin, replace(found, what=what, where=origin.where)))

    def raise_any(self) -> None:
        """Raise one RecipeError with every fault, in the order of the lines, if there are any."""
        if self.faults:
            raise RecipeError(*(fault for _, fault in sorted(self.faults, key=lambda found: found[0])))


def document_of(recipe: Plain) -> Document:
    """Make a document of a mapping from Python. Raises RecipeError for a value that YAML cannot express."""
    document = Document({}, {(): Origin(0, 0, "recipe", Path.cwd())})
    findings = Findings(document)
    document.data.update(plain(recipe, (), findings))
    findings.raise_any()
    return document


def plain(value: Any, path: KeyPath, findings: Findings) -> Any:
    """Return `value` as YAML would have given it: dicts with text keys, lists, file names as text.

    Raises RecipeError at once for data nested too deep, which may contain itself.
    """
    if len(path) > MAX_DEPTH:
        findings.add(path[:1], TOO_DEEP)
        findings.raise_any()
    if isinstance(value, Mapping):
        return {str(key): plain(item, (*path, str(key)), findings) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, (*path, index), findings) for index, item in enumerate(value)]
    return _scalar(fspath(value) if isinstance(value, PathLike) else value, path, findings)


def refuse_large_integers(value: Any, findings: Findings, path: KeyPath = ()) -> None:
    """Add a fault for every integer in plain data that takes more than 64 bits."""
    items = (
        value.items() if isinstance(value, Mapping) else enumerate(value if isinstance(value, list) else ())
    )
    for key, item in items:
        refuse_large_integers(item, findings, (*path, key))
    if isinstance(value, int) and not -(2**63) <= value <= LARGEST:
        hint = "Put it into quotes if it is a text."
        findings.add(
            path, Fault(f"an integer of {len(str(abs(value)))} digits, larger than {LARGEST:,}", hint=hint)
        )


def _scalar(value: Any, path: KeyPath, findings: Findings) -> Any:
    if isinstance(value, str):
        if not is_unicode(value):
            findings.add(path, f"the text {value!r} is not valid Unicode")
        return value
    if value is not None and not isinstance(value, bool | int | float):
        findings.add(path, f"expected plain data (texts, numbers, lists, mappings), got {value!r:.60}")
    return value


def is_unicode(text: str) -> bool:
    """Return whether `text` can be encoded as UTF-8, which half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
