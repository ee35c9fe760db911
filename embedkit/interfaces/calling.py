"""Calls of components' methods: an exception becomes an error that names the component and its plugin."""

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
    """The component that an object is or was made by, for messages: its description and recipe key.

    `hint` is the advice to the user if it raises; `joint` stands between its description and the problem.
    It is `foreign` if it does not come with embedkit.
    """

    described: str
    key: str | None = None
    hint: str | None = "embedkit --traceback … shows where in its code."
    joint: str = ": "
    foreign: bool = False

    _told: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    def calling(self, clause: str | Callable[[], str], guarded: bool = True) -> Calling:
        """Make a context manager for a call of the component, for errors that begin with `clause`.

        A clause is such as `tokenize() of 4 texts raised`. An exception in the block, `sys.exit` included,
        becomes a ComponentError; printed text goes to standard error. embedkit's own errors pass unchanged: a
        component raises them for a user's mistakes. If `guarded`, the global random generators are put back
        into their states before the call, and a change of them is warned of, once for each method: draws of
        other components must not depend on this one.
        """
        return Calling(self, clause, guarded)

    def undo_draws(self, before: GeneratorStates, told: Callable[[], str]) -> None:
        """Put the global random generators back into their states `before` a call, and warn of a change.

        It warns once for each method, which is taken from the clause of the call that `told` returns. A
        change of Python's generator is not warned of if the call imported modules, as an import may draw.
        """
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
        """Return a Fault that says `what` is wrong with the component, at its key in the recipe."""
        return Fault(f"{self.described}{self.joint}{what}", where=self.key, hint=hint)

    def iterate(self, clause: str, items: Iterator[T]) -> Iterator[T]:
        """Yield each of `items`, fetched in a guarded call of the component."""
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
    """Return whether an exception passes a call unchanged: embedkit's own errors and program interruptions.

    embedkit raises a subclass of SystemExit to end a process when another process of its group has ended.
    """
    ours = isinstance(error, EmbedkitError | KeyboardInterrupt | GeneratorExit)
    return ours or (isinstance(error, SystemExit) and type(error) is not SystemExit)


def described(error: BaseException) -> str:
    """Return an exception as one line, such as `KeyError: 'half'`; a long message is truncated."""
    kind = type(error).__name__
    try:
        text = " ".join(str(error).split())
    except Exception:  # its __str__ is a plugin's too
        return kind
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    shown = shown if len(shown) <= LONGEST else f"{shown[:LONGEST]} …"
    return f"{kind}: {shown}" if shown else kind


def owner_of(thing: object) -> Owner:
    """Return the component that `thing` is or was made by, as an Owner.

    For an object that was not made through the registry, the Owner describes its class.
    """
    owner = getattr(thing, OWNER, None)
    kind = thing if isinstance(thing, type) else type(thing)
    return owner if isinstance(owner, Owner) else Owner(f"{kind.__module__}.{kind.__qualname__}", joint=".")


class _Printed:
    """Redirection of standard output, which may be a document, to standard error while a component runs."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls = 0
        self._before: TextIO | None = None

    def divert(self) -> None:
        """Count a call that begins, and redirect standard output if no other call is running."""
        with self._lock:
            if not self._calls:
                self._before, sys.stdout = sys.stdout, sys.stderr
            self._calls += 1

    def restore(self) -> None:
        """Count a call as ended, and put standard output back once no thread has a call running."""
        with self._lock:
            self._calls -= 1
            if not self._calls:
                sys.stdout = self._before
                self._before = None


_PRINTED = _Printed()
