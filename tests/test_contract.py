"""The contract with plugins is what it was: hooks, verbs, flags and data may only gain what is optional.

EMBEDKIT_RECORD_CONTRACT=1 records such additions in contract.txt, and nothing else.
"""

from __future__ import annotations

import ast
import inspect
import os
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from embedkit import hookspecs, interfaces
from embedkit.hookspecs import KINDS
from embedkit.interfaces import changes
from embedkit.interfaces.changes import Change
from embedkit.interfaces.flags import FLAGS

pytestmark = pytest.mark.core

RECORD = Path(__file__).with_name("contract.txt")
POLICY = "docs/explanation/contract.md says how the contract with plugins may change"
BY_EMBEDKIT = ("ComponentSource", "WordVectorFile")
"""Protocols of what embedkit hands to plugins: these may gain members."""

Definition = ast.FunctionDef | ast.ClassDef


def contract() -> str:
    """The contract as Python code: the hooks, then the classes, with flags as attributes of their kinds."""
    hooks = [definition(getattr(hookspecs, kind.hook)) for kind in KINDS.values()]
    found = [getattr(interfaces, name) for name in sorted(interfaces.__all__)]
    own = [each for each in found if inspect.isclass(each) and each.__module__.startswith("embedkit")]
    return "\n\n".join(ast.unparse(node) for node in [*hooks, *map(definition, own)]) + "\n"


def definition(thing: object) -> Definition:
    """A hook or class without its documentation, private members and bodies."""
    node = ast.parse(dedent(inspect.getsource(thing))).body[0]
    assert isinstance(node, Definition)
    if isinstance(node, ast.ClassDef):
        node.body = [each for each in node.body if name_of(each)[:1].isalpha() or name_of(each) == "__call__"]
        node.body += [flag for flag in flags_of(node.name) if name_of(flag) not in map(name_of, node.body)]
        node.body = node.body or [ast.Pass()]
    for function in ast.walk(node):
        if isinstance(function, ast.FunctionDef):
            function.body = [ast.Expr(ast.Constant(...))]
    return node


def name_of(member: ast.stmt) -> str:
    target = member.target if isinstance(member, ast.AnnAssign) else member
    return getattr(target, "name", None) or getattr(target, "id", "")


def flags_of(protocol: str) -> list[ast.stmt]:
    kinds = [name for name, kind in KINDS.items() if kind.protocol == protocol]
    flags = [flag for flag in FLAGS if {*kinds} & {*flag.kinds}]
    return ast.parse("\n".join(f"{f.name}: {type(f.default).__name__} = {f.default!r}" for f in flags)).body


def breaches(before: str, now: str) -> Iterator[str]:
    """What a plugin that follows `before` could miss `now`."""
    new = {node.name: node for node in ast.parse(now).body}
    for old in ast.parse(before).body:
        if old.name not in new:
            yield f"{old.name} is gone"
        elif isinstance(old, ast.FunctionDef):
            yield from changed(old.name, old, new[old.name])
        else:
            yield from class_breaches(old, new[old.name])


def class_breaches(old: ast.ClassDef, new: ast.ClassDef) -> Iterator[str]:
    before, now = ({name_of(m): m for m in node.body} for node in (old, new))
    if [*map(ast.unparse, old.bases + old.decorator_list)] != [
        *map(ast.unparse, new.bases + new.decorator_list)
    ]:
        yield f"{old.name} has other bases or decorators"
    for name, member in before.items():
        if name not in now:
            yield f"{old.name}.{name} is gone"
        else:
            yield from changed(f"{old.name}.{name}", member, now[name])
    data = any("dataclass" in ast.unparse(each) for each in old.decorator_list)
    for name in [*now][: len(before)] if data else ():
        if name not in before:
            yield f"{old.name}.{name} is new, and stands before what there was"
    for name, member in now.items():
        optional = isinstance(member, ast.AnnAssign) and member.value is not None
        if name not in before and not optional and old.name not in BY_EMBEDKIT:
            yield f"{old.name}.{name} is new, and not optional"


def changed(name: str, old: ast.stmt, new: ast.stmt) -> Iterator[str]:
    if isinstance(old, ast.FunctionDef) and isinstance(new, ast.FunctionDef):
        for argument in added_keywords(old, new):
            index = [each.arg for each in new.args.kwonlyargs].index(argument)
            del new.args.kwonlyargs[index], new.args.kw_defaults[index]
    if ast.unparse(old) != ast.unparse(new):
        yield f"{name} was `{ast.unparse(old)}`, is `{ast.unparse(new)}`"


def added_keywords(old: ast.FunctionDef, new: ast.FunctionDef) -> list[str]:
    """The names of keyword arguments that are new and have a default."""
    pairs = zip(new.args.kwonlyargs, new.args.kw_defaults, strict=True)
    known = {each.arg for each in old.args.kwonlyargs}
    return [each.arg for each, default in pairs if default is not None and each.arg not in known]


def additions(before: str, now: str) -> Iterator[tuple[str, str]]:
    """The optional keyword arguments that verbs and hooks gained, each with its member."""
    old, new = functions(before), functions(now)
    for name in old.keys() & new.keys():
        yield from ((name, argument) for argument in added_keywords(old[name], new[name]))


def functions(code: str) -> dict[str, ast.FunctionDef]:
    nodes = ast.parse(code).body
    found = {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}
    for node in nodes:
        members = node.body if isinstance(node, ast.ClassDef) else ()
        found |= {f"{node.name}.{m.name}": m for m in members if isinstance(m, ast.FunctionDef)}
    return found


def test_the_contract_only_gains_what_is_optional():
    now, before = contract(), RECORD.read_text("utf-8")
    assert [*breaches(before, now)] == [], POLICY
    listed = {(change.member, change.parameter) for change in changes.CHANGES}
    assert {*additions(before, now)} <= listed, f"a new keyword needs its line in CHANGES: {POLICY}"
    if os.environ.get("EMBEDKIT_RECORD_CONTRACT"):
        RECORD.write_text(now, encoding="utf-8")
    assert now == RECORD.read_text("utf-8"), "additions are recorded by EMBEDKIT_RECORD_CONTRACT=1"


def test_it_has_every_hook_every_kind_and_every_flag():
    record = RECORD.read_text("utf-8")
    names = {node.name for node in ast.parse(record).body}
    assert {kind.hook for kind in KINDS.values()} | {kind.protocol for kind in KINDS.values()} <= names
    assert len(functions(record)) >= 44
    assert all(f"    {flag.name}: " in record for flag in FLAGS)


BEFORE = """
def register_tokenizers(register: Register) -> None: ...

class Tokenizer(Protocol):
    lossless: bool = False
    def tokenize(self, texts: Sequence[str]) -> list[list[str]]: ...

@dataclass(frozen=True)
class Lookup:
    vectors: FloatArray
    found: BoolArray
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("texts: Sequence[str])", "texts: Sequence[str], *, language: str | None=None)"),
        ("lossless: bool = False", "lossless: bool = False\n    stable: bool = True"),
        ("found: BoolArray", "found: BoolArray\n    spelling: str = ''"),
        ("class Tokenizer", "class Stemmer(Protocol):\n    def stem(self) -> None: ...\n\nclass Tokenizer"),
        ("register: Register)", "register: Register, *, version: str='0.2')"),
    ],
)
def test_what_is_optional_may_come(old, new):
    assert old in BEFORE
    assert [*breaches(BEFORE, BEFORE.replace(old, new))] == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "texts: Sequence[str])",
            "texts: Sequence[str], language: str | None=None)",
            "Tokenizer.tokenize was",
        ),
        ("texts: Sequence[str])", "texts: Sequence[str], *, language: str)", "Tokenizer.tokenize was"),
        ("texts: Sequence[str])", "texts: Iterable[str])", "Tokenizer.tokenize was"),
        ("texts: Sequence[str])", "batch: Sequence[str])", "Tokenizer.tokenize was"),
        ("list[list[str]]", "list[tuple[str]]", "Tokenizer.tokenize was"),
        ("def tokenize", "def split", "Tokenizer.tokenize is gone"),
        ("lossless: bool = False", "lossless: bool = True", "Tokenizer.lossless was"),
        ("lossless", "exact", "Tokenizer.lossless is gone"),
        ("found: BoolArray", "found: BoolArray\n    rows: IntArray", "Lookup.rows is new, and not optional"),
        ("vectors:", "rows: int = 0\n    vectors:", "Lookup.rows is new, and stands before"),
        ("frozen=True", "slots=True", "Lookup has other bases or decorators"),
        ("    def tok", "    def close(self): ...\n    def tok", "Tokenizer.close is new, and not optional"),
        ("register_tokenizers", "register_splitters", "register_tokenizers is gone"),
        ("class Lookup", "class Found", "Lookup is gone"),
    ],
)
def test_anything_else_is_a_breach(old, new, told):
    assert old in BEFORE
    assert any(line.startswith(told) for line in breaches(BEFORE, BEFORE.replace(old, new)))


def test_a_new_keyword_is_found_with_its_member():
    now = BEFORE.replace("texts: Sequence[str])", "texts: Sequence[str], *, language: str='')")
    assert [*additions(BEFORE, now)] == [("Tokenizer.tokenize", "language")]
    assert Change("Tokenizer.tokenize", "0.2", "language").protocol == "Tokenizer"
