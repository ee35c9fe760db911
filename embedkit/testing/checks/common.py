"""Checks that all kinds of component have in common."""

from __future__ import annotations

from embedkit.hookspecs import KINDS
from embedkit.testing.check import check, expect
from embedkit.testing.subject import Subject

COMPONENTS = tuple(KINDS)
"""Every kind of component that recipes name."""


@check(*COMPONENTS)
def can_be_made(subject: Subject) -> None:
    """It can be made, as a recipe makes it, with the parameters that it is given."""
    subject.wrapped()


@check(*COMPONENTS, exercised=True)
def does_its_work(subject: Subject) -> None:
    """It does the work of its kind on ordinary input without raising anything."""
    for number in (0, 1):
        subject.work(subject.make(), subject.arguments(number))


@check(*COMPONENTS, requires=(does_its_work,), exercised=True)
def deterministic(subject: Subject) -> None:
    """What it gives depends on its parameters and arguments alone, not on chance or earlier calls."""
    first, second = subject.make(), subject.make()
    before = [subject.work(first, subject.arguments(number)) for number in (0, 1, 0)]
    after = [subject.work(second, subject.arguments(number)) for number in (1, 0, 1)]
    expect(before[0] == before[2], "the same result of the same call again", "another one")
    expect(before[1] == after[0] == after[2], "the same result from another object", "another one")
    expect(before[0] == after[1], "the same result in another order of calls", "another one")
