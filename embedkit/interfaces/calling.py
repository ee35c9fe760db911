"""Calls of components' methods: what one raises becomes an error that names the component and its plugin."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Lock
from types import TracebackType
from typing import TextIO, TypeVar

from embedkit.errors import ComponentError, EmbedkitError, Fault
from embedkit.interfaces.generators import NAMES, GeneratorStates

log = logging.getLogger(__name__)

T = TypeVar("T")

OWNER = "_embedkit_owner"
"""The attribute by which an object, such as an encoder's module, says of which component it is."""

GENERATOR_HINT = "A generator of its own, with a seed of its own, gives the same numbers in every run."
LONGEST = 500
"""Characters of an exception's message that are shown: some hold a page."""


@dataclass(frozen=True)
class Owner:
    """The component that an object is, or was made by: how it is `described`, and its `key` in the recipe.

    `hint` is what to do where it raises; `joint` goes between its description and what is wrong.
    """

    described: str
    key: str | None = None
    hint: str | None = "embedkit --traceback … shows where in its code."
    joint: str = ": "

    _told: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    def calling(self, clause: str | Callable[[], str], guarded: bool = True) -> Calling:
        """The block within is a call of the component, which `clause` tells: `tokenize() of 4 texts raised`.

        What is raised within, `sys.exit` included, becomes a ComponentError; what is printed goes to standard
        error. Errors of embedkit's own pass as they are: a component says with them what a user did wrong.
        Where `guarded`, the global generators are put back to where they were, and a change of them is warned
        of, once for each method: what other components draw may not follow from this one.
        """
        return Calling(self, clause, guarded)

    def undo_draws(self, before: GeneratorStates, told: Callable[[], str]) -> None:
        """Put the global generators back to where they were `before` the call that `told` tells of."""
        changed = before.changed()
        if changed:
            before.restore()
        if before.modules != len(sys.modules):
            changed = [name for name in changed if name != "random"]  # an import drew: that of rich does
        if not changed:
            return
        clause = told()
        method = clause[: clause.index("(") + 2] if "(" in clause else "the constructor"
        if method not in self._told:
            self._told.add(method)
            which = " and ".join(NAMES[name] for name in changed)
            what = f"{method} draws from {which}, or sets the seed there; the generator was put back"
            log.warning("%s", self.fault(what, GENERATOR_HINT))

    def fault(self, what: str, hint: str | None = None) -> Fault:
        """What is wrong with the component."""
        return Fault(f"{self.described}{self.joint}{what}", where=self.key, hint=hint)

    def iterate(self, clause: str, items: Iterator[T]) -> Iterator[T]:
        """`items`, each asked for in a call of the component."""
        end = object()
        while True:
            with self.calling(clause):
                item = next(items, end)
            if item is end:
                return
            yield item  # type: ignore[misc]


class Calling(AbstractContextManager[None]):
    """One call of a component."""

    __slots__ = ("_before", "_clause", "_guarded", "_owner")

    def __init__(self, owner: Owner, clause: str | Callable[[], str], guarded: bool) -> None:
        self._owner = owner
        self._clause = clause
        self._guarded = guarded
        self._before: GeneratorStates | None = None

    def __enter__(self) -> None:
        _PRINTED.divert()
        self._before = GeneratorStates.now() if self._guarded else None

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _where: TracebackType | None
    ) -> None:
        _PRINTED.restore()
        if self._before is not None:
            self._owner.undo_draws(self._before, self._told_clause)
        if error is None or _passes(error):
            return
        clause = self._told_clause()
        raise ComponentError(self._owner.fault(f"{clause} {described(error)}", self._owner.hint)) from error

    def _told_clause(self) -> str:
        return self._clause if isinstance(self._clause, str) else self._clause()


def _passes(error: BaseException) -> bool:
    """Whether an exception goes through a call as it is: embedkit's own, and what interrupts a program.

    A subclass of SystemExit is how embedkit itself ends, in processes that others have left.
    """
    ours = isinstance(error, EmbedkitError | KeyboardInterrupt | GeneratorExit)
    return ours or (isinstance(error, SystemExit) and type(error) is not SystemExit)


def described(error: BaseException) -> str:
    """An exception on one line, such as `KeyError: 'half'`; of a long message the beginning."""
    kind = type(error).__name__
    try:
        text = " ".join(str(error).split())
    except Exception:  # its __str__ is a plugin's too
        return kind
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    shown = shown if len(shown) <= LONGEST else f"{shown[:LONGEST]} …"
    return f"{kind}: {shown}" if shown else kind


def owner_of(thing: object) -> Owner:
    """The component that `thing` is, or was made by; its class where it came through no registry."""
    owner = getattr(thing, OWNER, None)
    kind = thing if isinstance(thing, type) else type(thing)
    return owner if isinstance(owner, Owner) else Owner(f"{kind.__module__}.{kind.__qualname__}", joint=".")


class _Printed:
    """Standard output turned to standard error while any component is at work: it may be a document."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls = 0
        self._before: TextIO | None = None

    def divert(self) -> None:
        """Another call has begun."""
        with self._lock:
            if not self._calls:
                self._before, sys.stdout = sys.stdout, sys.stderr
            self._calls += 1

    def restore(self) -> None:
        """A call has ended; with the last one, of all threads, standard output is as it was."""
        with self._lock:
            self._calls -= 1
            if not self._calls:
                sys.stdout = self._before
                self._before = None


_PRINTED = _Printed()
