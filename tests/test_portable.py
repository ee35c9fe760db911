"""What differs between systems stands in one place, and no text file depends on where it is opened."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import embedkit

pytestmark = pytest.mark.core

CORE = Path(embedkit.__file__).parent
TEMPLATES = CORE / "templates"
"""Files of somebody else's plugin."""

SOURCES = [
    path
    for folder in (CORE, CORE.parent / "plugins")
    for path in folder.rglob("*.py")
    if TEMPLATES not in path.parents
]
ONE_PLACE = CORE / "files" / "system.py"
"""But for the timer that bounds regular expressions, which is done without where there is none."""

POSIX_ONLY = {
    *("pread", "pwrite", "fork", "mkfifo", "killpg", "getuid", "geteuid", "sysconf", "statvfs"),
    *("SIGKILL", "SIGHUP", "SIGALRM", "SIGUSR1", "SIGQUIT", "SIGPIPE", "pthread_sigmask"),
    *("O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC", "O_TMPFILE", "O_NONBLOCK"),
    *("fcntl", "resource", "pwd", "grp", "termios", "pty"),
}


NO_TEXT = {"os.open", "distribution.read_text", "file.open", "file_at(path).open"}
"""Calls that take no encoding: of a descriptor, of importlib's metadata, of a word-vector file."""


def calls(tree: ast.AST) -> list[tuple[str, ast.Call]]:
    named = [(node.func, node) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [(getattr(function, "attr", getattr(function, "id", "")), call) for function, call in named]


def is_text(name: str, call: ast.Call) -> bool:
    """Whether a call opens a text file: `open` of a path, not of a component, has a mode or no arguments."""
    if ast.unparse(call.func) in NO_TEXT:
        return False
    if name in ("read_text", "write_text"):
        return True
    modes = [str(node.value) for node in call.args if isinstance(node, ast.Constant)]
    of_path = isinstance(call.func, ast.Name) or not call.args or bool(modes)
    return name in ("open", "fdopen") and of_path and not any("b" in mode for mode in modes)


def writes(name: str, call: ast.Call) -> bool:
    modes = [str(node.value) for node in call.args if isinstance(node, ast.Constant)]
    return name == "write_text" or (name != "read_text" and any(mode[0] in "wax" for mode in modes))


def test_text_files_are_opened_with_their_encoding_and_written_with_their_line_ends():
    seen, wrong = 0, []
    for path in SOURCES:
        for name, call in calls(ast.parse(path.read_text(encoding="utf-8"))):
            if not is_text(name, call):
                continue
            seen += 1
            keys = {keyword.arg for keyword in call.keywords}
            if "encoding" not in keys or (writes(name, call) and "newline" not in keys):
                wrong.append(f"{path}:{call.lineno}: {ast.unparse(call)}")
    assert seen >= 6
    assert not wrong


def names(node: ast.AST) -> set[str]:
    """Return what a node of the tree names: an attribute, or what is imported."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.name for alias in node.names} | {getattr(node, "module", "")}
    return {node.attr} if isinstance(node, ast.Attribute) else set()


def test_one_module_alone_names_what_windows_lacks():
    wrong = []
    for path in {*SOURCES} - {ONE_PLACE}:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            wrong += [f"{path}:{node.lineno}: {name}" for name in names(node) & POSIX_ONLY]
    assert not wrong
