"""Parameters of which the code makes no use, found without running it."""

from __future__ import annotations

import importlib
import linecache
import sys
from dataclasses import dataclass

import pytest
from pydantic import BaseModel

from embedkit.plugin.unused import unused_parameters

pytestmark = pytest.mark.core


class Worked:
    def __init__(self, *, first: int, second: int) -> None:
        if first:
            self.nothing = str(second)


@dataclass
class Data:
    unread_field: int = 0


class Model(BaseModel):
    unread_field: int = 0


def factory(*, used: int, dropped: int) -> Worked:
    return Worked(first=used, second=0)


@pytest.mark.parametrize(
    ("component", "unused"),
    [
        (Worked, []),
        (Data, []),
        (Model, []),
        (object, []),
        (dict, []),
        (factory, ["dropped"]),
    ],
)
def test_what_is_worked_with_or_cannot_be_read_is_not_unused(component, unused):
    assert unused_parameters(component) == unused


def test_a_parameter_is_used_if_any_class_in_the_module_reads_where_it_is_stored(tmp_path, monkeypatch):
    source = """
class Stored:
    def __init__(self, *, read, private, unread, dropped):
        self.read_it = read
        self._own: int = private
        self.never_read = unread

    def tokenize(self, texts):
        return self.read_it + self._own
"""
    assert _unused(source, tmp_path, monkeypatch) == ["unread", "dropped"]
    inherited = source + "\nclass Other(Stored):\n    def words(self):\n        return self.never_read\n"
    assert _unused(inherited, tmp_path, monkeypatch) == ["dropped"]
    assert _unused(source + "\ndef names(it):\n    return vars(it)\n", tmp_path, monkeypatch) == []
    given = source + "\n    def build(self):\n        return print(self)\n"
    assert _unused(given, tmp_path, monkeypatch) == []


def _unused(source, tmp_path, monkeypatch):
    name = f"unused_sample_{len([*tmp_path.iterdir()])}"
    (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    linecache.clearcache()
    try:
        return unused_parameters(importlib.import_module(name).Stored)
    finally:
        del sys.modules[name]
