"""Plain data from YAML events, with the line of every part.

Built without recursion and without PyYAML's constructors, which read YAML 1.1 (`1e-3` is a text there and
`no` is False), keep the last of two equal keys, make objects of tags and follow aliases without end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Never

import yaml

from embedkit.errors import Fault, RecipeError
from embedkit.recipe.document import MAX_DEPTH, TOO_DEEP, Container, KeyPath
from embedkit.recipe.nodes import Done, Open, copy_of
from embedkit.recipe.scalars import resolve

MAX_NODES = 100_000
"""A recipe may hold so many scalars, lists and mappings once its aliases are written out."""


@dataclass
class Builder:
    """Builds plain data from YAML events; `where` turns a line number, from 1, into a Fault's `where`."""

    where: Callable[[int], str]
    lines: dict[KeyPath, int] = field(default_factory=dict)
    root: Any = None
    faults: list[Fault] = field(default_factory=list)
    _stack: list[Open] = field(default_factory=list)
    _anchors: dict[str, Done | None] = field(default_factory=dict)
    _nodes: int = 0
    _documents: int = 0

    def build(self, events: Iterable[yaml.Event]) -> Any:
        """Build the data.

        Raises RecipeError with every fault, or every one up to a fault that hides the rest.
        """
        for event in events:
            handle = _HANDLERS.get(type(event))
            if handle:
                handle(self, event)
        if not self._documents:
            self._stop(1, "there is nothing in it")
        if self.faults:
            raise RecipeError(*self.faults)
        return self.root

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(_line(event), "a second document starts here, and a recipe is one document")

    def _scalar(self, event: Any) -> None:
        self._refuse_tag(event)
        if self._takes_key():
            self._take_key(event)
            return
        self._count(event, 1)
        self._place(event, Done(event.value if event.style else self._resolve(event)), event.anchor)

    def _mapping(self, event: Any) -> None:
        self._open(event, {})

    def _sequence(self, event: Any) -> None:
        self._open(event, [])

    def _end(self, event: Any) -> None:
        done = self._stack.pop()
        self._place(event, Done(done.value, done.nodes, done.height), done.anchor)

    def _alias(self, event: Any) -> None:
        if self._takes_key():
            self._stop(_line(event), f"a key must be a text, not the alias '*{event.anchor}'")
        done = self._anchors.get(event.anchor)
        if done is None:
            problem = "stands inside itself" if event.anchor in self._anchors else "names no anchor"
            self._stop(_line(event), f"'*{event.anchor}' {problem}")
        self._count(event, done.nodes)
        self._limit_depth(event, done.height)
        self._place(event, Done(copy_of(done.value), done.nodes, done.height), None)

    def _open(self, event: Any, empty: Container) -> None:
        self._refuse_tag(event)
        if self._takes_key():
            self._stop(_line(event), "a key must be a text, not a mapping or a list")
        self._count(event, 1)
        self._limit_depth(event, 1)
        path = self._next_path()
        self.lines.setdefault(path, _line(event))
        if event.anchor:
            self._anchors[event.anchor] = None
        self._stack.append(Open(empty, path, event.anchor))

    def _place(self, event: Any, done: Done, anchor: str | None) -> None:
        self.lines.setdefault(self._next_path(), _line(event))
        if anchor:
            self._anchors[anchor] = done
        if self._stack:
            self._stack[-1].put(done)
        else:
            self.root = done.value

    def _takes_key(self) -> bool:
        return bool(self._stack) and self._stack[-1].takes_key

    def _take_key(self, event: Any) -> None:
        holder = self._stack[-1]
        if event.value in holder.value:
            first = self.lines[*holder.path, event.value]
            self._fault(_line(event), f"duplicate key '{event.value}', first on line {first}")
        if event.anchor:
            self._anchors[event.anchor] = Done(event.value)
        holder.key = event.value
        self.lines.setdefault(holder.next_path, _line(event))

    def _next_path(self) -> KeyPath:
        return self._stack[-1].next_path if self._stack else ()

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            self._fault(_line(event), f"the tag '{event.tag}' is not allowed: a recipe is plain data")

    def _count(self, event: Any, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            self._stop(_line(event), f"more than {MAX_NODES} values, aliases written out")

    def _limit_depth(self, event: Any, height: int) -> None:
        if len(self._stack) + height > MAX_DEPTH:
            self._stop(_line(event), TOO_DEEP)

    def _resolve(self, event: Any) -> Any:
        try:
            return resolve(event.value)
        except ValueError:
            self._fault(_line(event), f"a number of {len(event.value)} characters is too long")
            return None

    def _fault(self, line: int, what: str) -> None:
        self.faults.append(Fault(what, where=self.where(line)))

    def _stop(self, line: int, what: str) -> Never:
        self._fault(line, what)
        raise RecipeError(*self.faults)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


_HANDLERS: Mapping[type, Callable[[Builder, Any], None]] = {
    yaml.DocumentStartEvent: Builder._document,
    yaml.ScalarEvent: Builder._scalar,
    yaml.MappingStartEvent: Builder._mapping,
    yaml.MappingEndEvent: Builder._end,
    yaml.SequenceStartEvent: Builder._sequence,
    yaml.SequenceEndEvent: Builder._end,
    yaml.AliasEvent: Builder._alias,
}
