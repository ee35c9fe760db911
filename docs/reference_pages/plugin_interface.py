"""The hooks, and every name of `embedkit.plugin_api`, from their source."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any, Protocol

from embedkit import hookspecs, interfaces, plugin_api
from embedkit.errors import EmbedkitError
from embedkit.hookspecs import KINDS
from embedkit.interfaces.flags import FLAGS
from embedkit.recipe.document import dotted
from embedkit.recipe.slots import SLOTS

from .markdown import code, page, paragraph, plain, table

INTRODUCTION = """\
The hooks that a plugin may implement, and every name of `embedkit.plugin_api`, with its signature and
documentation as they are in the code. [Hooks](hooks.md) explains what is expected of each kind of component,
and [Write a plugin](../how-to/write-a-plugin.md) shows a complete one."""

FLAGS_SAY = """\
A flag is a class attribute by which a component describes itself. [Hooks](hooks.md) says what it changes."""

ERRORS_SAY = "[Errors](errors.md) has the classes of errors, and which of them `embedkit.plugin_api` has."

FOREIGN = {
    "Doc": "`typing_extensions.Doc` of [PEP 727](https://peps.python.org/pep-0727/): describes a parameter, "
    'as in `Annotated[int, Doc("width of the hidden state")]`.'
}
"""Names of the interface that another package declares."""

GROUPS = ("Protocols", "Classes", "Functions", "Constants and types")


@dataclass(frozen=True)
class Declaration:
    """A name as its module declares it, without the bodies of functions, and its documentation."""

    source: str
    documentation: str


def render() -> str:
    """Return the page of the plugin interface."""
    blocks = ["## Hooks", _hooks(), "## Flags", paragraph(FLAGS_SAY), _flags()]
    groups = {name: group_of(name) for name in plugin_api.__all__}
    for group in GROUPS:
        blocks.append(f"## {group}")
        blocks += [block for name in groups if groups[name] == group for block in _described(name)]
    return page("Plugin interface", paragraph(INTRODUCTION), *blocks, "## Errors", paragraph(ERRORS_SAY))


def _hooks() -> str:
    """Return the table of the hooks."""
    header = ("hook", "kind of component", "its key in a recipe", "meaning")
    rows = (
        (code(kind.hook), code(name), ", ".join(_places(name)), _first_line(getattr(hookspecs, kind.hook)))
        for name, kind in KINDS.items()
    )
    return table(header, rows)


def _places(kind: str) -> Iterator[str]:
    """Yield the keys of a recipe at which a component of a kind stands."""
    places = [path for path, slot in SLOTS.items() if slot.kind == kind]
    yield from (code(dotted(path)) for path in places or [("embedding", "format")])


def _first_line(documented: object) -> str:
    return (inspect.getdoc(documented) or "").partition("\n")[0]


def _flags() -> str:
    """Return the table of the flags."""
    rows = ((code(flag.name), ", ".join(map(code, flag.kinds)), code(repr(flag.default))) for flag in FLAGS)
    return table(("attribute", "of", "default"), rows)


def group_of(name: str) -> str:
    """Return the group of a name of the plugin interface; "Errors" for an error, which has its own page."""
    value = getattr(plugin_api, name)
    if not inspect.isclass(value):
        return "Functions" if inspect.isfunction(value) else "Constants and types"
    if issubclass(value, EmbedkitError):
        return "Errors"
    return "Protocols" if Protocol in value.__mro__ else "Classes"


def _described(name: str) -> Iterator[str]:
    """Yield the heading, the documentation and the declaration of a name."""
    yield f"### {code(name)}"
    if name in FOREIGN:
        yield paragraph(FOREIGN[name])
        return
    declared = declaration(name)
    if declared.documentation:
        yield paragraph(plain(declared.documentation))
    yield f"```python\n{declared.source}\n```"


def declaration(name: str) -> Declaration:
    """Return the declaration of a name of the plugin interface.

    Raises LookupError if no module declares it.
    """
    for module in _modules(name):
        for node, following in pairwise([*_tree(module).body, ast.Pass()]):
            if name in _declared(node):
                return _declaration(node, following, _lines(module))
    raise LookupError(f"no module declares '{name}'")


def _modules(name: str) -> Iterator[ModuleType]:
    """Yield the modules that may declare a name: its own, if it says which, or those of the interfaces."""
    value: Any = getattr(plugin_api, name)
    home = plugin_api._HOME.get(name)
    if inspect.isclass(value) or inspect.isfunction(value):
        home = value.__module__
    if home is not None:
        yield sys.modules[home]
    yield hookspecs
    for module in vars(interfaces).values():
        if inspect.ismodule(module) and module.__name__.startswith(interfaces.__name__):
            yield module


@cache
def _lines(module: ModuleType) -> Sequence[str]:
    return inspect.getsource(module).splitlines()


@cache
def _tree(module: ModuleType) -> ast.Module:
    return ast.parse("\n".join(_lines(module)))


def _declared(node: ast.stmt) -> Sequence[str]:
    """Return the names that a statement declares."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
    names = [name for target in targets for name in ast.walk(target)]
    return [name.id for name in names if isinstance(name, ast.Name)]


def _declaration(node: ast.stmt, following: ast.stmt, lines: Sequence[str]) -> Declaration:
    """Return a declaration; that of a constant is documented by a text after it."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        source = _class(node, lines) if isinstance(node, ast.ClassDef) else _function(node, lines, "...")
        return Declaration(source, ast.get_docstring(node) or "")
    if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
        return Declaration(_slice(node, lines), inspect.cleandoc(str(following.value.value)))
    return Declaration(_slice(node, lines), "")


def _class(node: ast.ClassDef, lines: Sequence[str]) -> str:
    """Return a class with its attributes, and its methods without their bodies; no private ones."""
    members = [each for each in node.body if any(map(_is_public, _declared(each)))]
    methods = [_function(each, lines) for each in members if isinstance(each, ast.FunctionDef)]
    attributes = [_slice(each, lines) for each in members if not isinstance(each, ast.FunctionDef)]
    inside = "\n\n".join(filter(None, ["\n".join(attributes), *methods])) or "    ..."
    return f"{_head(node, lines)}\n{inside}"


def _is_public(name: str) -> bool:
    return name in ("__init__", "__call__") or not name.startswith("_")


def _function(node: ast.FunctionDef, lines: Sequence[str], body: str = "") -> str:
    """Return a function with `body`, or else its documentation if it has any, in place of its own."""
    if not body and ast.get_docstring(node):
        return f"{_head(node, lines)}\n{_slice(node.body[0], lines)}"
    return f"{_head(node, lines)}\n{' ' * (node.col_offset + 4)}{body or '...'}"


def _head(node: ast.ClassDef | ast.FunctionDef, lines: Sequence[str]) -> str:
    """Return the lines of a class or function before its documentation."""
    first = min(each.lineno for each in (node, *node.decorator_list))
    return "\n".join(lines[first - 1 : node.body[0].lineno - 1])


def _slice(node: ast.stmt, lines: Sequence[str]) -> str:
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])
