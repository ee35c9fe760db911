"""A check: one sentence that a component must hold to, and the code that tries it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field

from embedkit import __version__
from embedkit.testing.subject import Subject

FIRST = "0.1"
"""The version of embedkit with the first checks: those are binding at once."""


class ConformanceError(AssertionError):
    """A component does not hold to a check; the message says what was expected and what came."""


class ConformanceWarning(UserWarning):
    """A component does not hold to a check that is new: it will be a failure with the next minor version."""


def expect(fits: bool, expected: str, came: str) -> None:
    """Raise ConformanceError unless `fits`."""
    if not fits:
        raise ConformanceError(f"expected {expected}, got {came}")


@dataclass(frozen=True)
class Check:
    """A check of components of some `kinds`; `sentence` says what they must hold to.

    `since` is the version that brought it: until the next minor version a failure is a warning. A component
    that fails one of the checks `requires` is not tried. Unless it is `static`, it needs the component to be
    made; if it is `exercised`, the component does the work of its kind's Exercise in it.
    """

    id: str
    kinds: tuple[str, ...]
    sentence: str
    body: Callable[[Subject], None] = field(repr=False)
    since: str = FIRST
    requires: tuple[str, ...] = ()
    static: bool = False
    exercised: bool = False

    def is_binding(self, version: str = __version__) -> bool:
        """Return whether a failure is a failure in a version of embedkit, and not yet a warning."""
        return self.since == FIRST or _minor(version) > _minor(self.since)

    @property
    def probation(self) -> str:
        """Return a sentence that says when a failure of a new check will be one."""
        return f"This check is new in embedkit {self.since}: from the next minor version on it will fail."


def _minor(version: str) -> tuple[int, int]:
    """Return the first two numbers of a version."""
    from packaging.version import Version

    parsed = Version(version)
    return parsed.major, parsed.minor


def check(
    *kinds: str,
    requires: tuple[Check, ...] = (),
    since: str = FIRST,
    static: bool = False,
    exercised: bool = False,
) -> Callable[[Callable[[Subject], None]], Check]:
    """Make a Check of a function. Its name gives the id, the first line of its docstring the sentence."""

    def made(body: Callable[[Subject], None]) -> Check:
        sentence = (inspect.getdoc(body) or "").partition("\n")[0]
        needed = tuple(each.id for each in requires)
        name = body.__name__.replace("_", "-")
        return Check(name, kinds, sentence, body, since, needed, static, exercised)

    return made
