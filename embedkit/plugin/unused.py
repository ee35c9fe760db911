"""Which parameters of a constructor nothing makes use of, read from the code."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from typing import Any


def unused_parameters(factory: Callable[..., Any]) -> list[str]:
    """Return the constructor's parameters that are dropped, or only stored where nothing reads them.

    Empty if the source code is not available, if it reads attributes by names that it computes, or if it
    gives the whole object to other code.
    """
    function: Any = factory.__init__ if inspect.isclass(factory) else factory
    if _package(function) != _package(factory):
        return []
    try:
        constructor = _function(function)
        readers = [ast.parse(inspect.getsource(module)) for module in _modules(factory)]
    except (OSError, TypeError, SyntaxError):
        return []
    if constructor is None:
        return []
    read = {name for tree in readers for name in _names_read(tree)}
    if read & WHOLESALE:
        return []
    arguments = [*constructor.args.posonlyargs, *constructor.args.args, *constructor.args.kwonlyargs]
    names = [argument.arg for argument in arguments if argument.arg != "self"]
    return [name for name in names if not _is_used(name, constructor, read)]


WHOLESALE = frozenset({"__dict__", "vars", "asdict", "fields", "getattr", "attrgetter"})
"""Names that, read in the code, stand for reading any attribute."""


def _function(function: Any) -> ast.FunctionDef | None:
    """Return the syntax tree of a function; None if it has no source of its own, as a generated one."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    first = tree.body[0] if tree.body else None
    return first if isinstance(first, ast.FunctionDef) else None


def _modules(factory: Callable[..., Any]) -> list[Any]:
    """Return the modules of a class and of its bases, those of Python's own library aside."""
    classes = inspect.getmro(factory) if inspect.isclass(factory) else (factory,)
    found = (inspect.getmodule(each) for each in classes if _package(each) not in sys.stdlib_module_names)
    return [*dict.fromkeys(module for module in found if module)]


def _package(thing: Any) -> str:
    """Return the top-level package of a class or function."""
    return (getattr(thing, "__module__", None) or "").partition(".")[0]


def _names_read(tree: ast.AST) -> Iterator[str]:
    """Yield the names of attributes that the code reads, and those of WHOLESALE."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and any(isinstance(a, ast.Name) and a.id == "self" for a in node.args):
            yield "__dict__"  # the code that is called may read any attribute
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in WHOLESALE:
            yield node.id


def _is_used(name: str, constructor: ast.FunctionDef, read: set[str]) -> bool:
    """Return whether the constructor works with a parameter, or stores it in an attribute that is read."""
    stored = set[str]()
    plain = set[ast.AST]()
    for node in ast.walk(constructor):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Name):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if all(isinstance(target, ast.Attribute) for target in targets):
                plain.add(node.value)
                if node.value.id == name:
                    stored |= {target.attr for target in targets if isinstance(target, ast.Attribute)}
    loads = (n for n in ast.walk(constructor) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    return bool(stored & read) or any(node.id == name and node not in plain for node in loads)
