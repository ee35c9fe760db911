"""Every check of the conformance suite, with a bad example: the mutant that the check catches."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from embedkit.testing.check import FIRST, Check
from embedkit.testing.checks.common import EVERYTHING
from embedkit.testing.suite import all_checks

from .markdown import page, paragraph, plain, table

MUTANTS = Path(__file__).parents[2] / "tests" / "testing" / "mutants"

INTRODUCTION = """\
The conformance suite tries an installed plugin: every component and command that it brings, by the checks of
its kind. Run it with `embedkit plugins check NAME`, or in pytest with
`embedkit.testing.parametrize_with_checks`:
[Write a plugin](../how-to/write-a-plugin.md#test-it) says how.

Below, each check has what it asks for, and a component that fails it, and no other check. A check is not
tried on a component that fails one of the checks that it needs. A check that is new in a version of embedkit
is a warning, `ConformanceWarning`, until the next minor version."""

TITLES = {
    "reader": "Readers",
    "tokenizer": "Tokenizers",
    "embedding": "Embeddings",
    "text-encoder": "Text encoders",
    "oov": "Out-of-vocabulary policies",
    "encoder": "Encoders",
    "metric": "Metrics",
    "baseline": "Baselines",
    "function-words": "Function words",
    "vector-format": "Formats of word-vector files",
    "command": "Commands",
}


def render() -> str:
    """Return the page of the checks."""
    parts = [paragraph(INTRODUCTION), _contents()]
    for title, checks in _groups():
        parts += [f"## {title}", *(block for check in checks for block in _described(check))]
    return page("Conformance checks", *parts)


def _groups() -> Iterator[tuple[str, Sequence[Check]]]:
    """Yield the checks of several kinds, then those of each kind alone."""
    yield "Every component", [check for check in all_checks() if len(check.kinds) > 1]
    for kind, title in TITLES.items():
        if checks := [check for check in all_checks() if check.kinds == (kind,)]:
            yield title, checks


def _contents() -> str:
    """Return a table of the checks, by group."""
    rows = ([f"[{title}](#{_anchor(title)})", ", ".join(map(_linked, checks))] for title, checks in _groups())
    return table(("of", "checks"), rows)


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _linked(check: Check) -> str:
    return f"[{check.id}](#{check.id})"


def _described(check: Check) -> Iterator[str]:
    yield f"### {check.id}"
    notes = [plain(check.sentence)]
    if len(check.kinds) > 1 and (but := [kind for kind in EVERYTHING if kind not in check.kinds]):
        notes.append(f"Not for {' and '.join(_plural(kind) for kind in but)}.")
    if check.requires:
        notes.append(f"Needs {', '.join(f'[{each}](#{each})' for each in check.requires)}.")
    if check.since != FIRST:
        notes.append(f"Since {check.since}.")
    yield paragraph(" ".join(notes))
    yield _example(check)


def _plural(kind: str) -> str:
    return TITLES[kind].lower()


def _example(check: Check) -> str:
    """Return the bad example: what is wrong, and the code of the mutant without imports and hook."""
    source = (MUTANTS / f"{check.id.replace('-', '_')}.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    lines = source.splitlines()
    shown = [_lines_of(node, lines) for node in tree.body[1:] if not _is_frame(node)]
    what = (ast.get_docstring(tree) or "").replace("\n", " ")
    body = "\n\n\n".join(shown).replace("\n\n\n\n", "\n\n\n")
    return f"Wrong: {plain(what[:1].lower() + what[1:])}\n\n```python\n{body}\n```"


def _lines_of(node: ast.stmt, lines: Sequence[str]) -> str:
    """Return the lines of a statement, with its decorators and the comments above it."""
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))]) - 1
    while lines[first - 1].startswith("#"):
        first -= 1
    return "\n".join(lines[first : node.end_lineno])


def _is_frame(node: ast.stmt) -> bool:
    """Return whether a statement is what every plugin has: an import of the usual modules, or the hook."""
    if isinstance(node, ast.Import):
        return all(name.name in sys.stdlib_module_names for name in node.names)
    if isinstance(node, ast.ImportFrom):
        module = (node.module or "").partition(".")[0]
        return module in sys.stdlib_module_names or module == "embedkit"
    return isinstance(node, ast.FunctionDef) and "register('mutant', Mutant)" in ast.unparse(node)
