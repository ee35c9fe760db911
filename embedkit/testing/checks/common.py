"""Checks that all kinds of component have in common.

A check that puts the component to work is `exercised`, and requires `does_its_work` or a check after it. So
a component is told once what is wrong with it, by the check meant for it.
"""

from __future__ import annotations

import pickle
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from embedkit.errors import shortened
from embedkit.hookspecs import KINDS
from embedkit.interfaces.flags import refuse_misspelt
from embedkit.interfaces.generators import NAMES, GeneratorStates
from embedkit.plugin.unused import unused_parameters
from embedkit.testing.check import ConformanceError, check, expect
from embedkit.testing.elsewhere import work_elsewhere
from embedkit.testing.printing import printed_by
from embedkit.testing.subject import Subject

COMPONENTS = tuple(KINDS)
"""Every kind of component that recipes name."""

COMMAND = "command"
EVERYTHING = (*COMPONENTS, COMMAND)
IN_THREADS = tuple(kind for kind in COMPONENTS if kind != "encoder")
"""Kinds of which several threads may use one object; an encoder initialises weights by a global generator."""


LEAST_CALLS, MOST_CALLS, EFFORT = 4, 100, 0.2
"""How often each thread calls a component: as often as goes into EFFORT seconds, within the two bounds."""


@check(*EVERYTHING, static=True)
def can_be_imported(subject: Subject) -> None:
    """Its class or command can be imported from where its plugin says, in a new process too."""
    error = subject.import_report().error
    expect(error is None, "an import without an error", f"{error}")
    subject.load()


@check(*EVERYTHING, static=True, requires=(can_be_imported,))
def imports_nothing_heavy(subject: Subject) -> None:
    """Its import does not import torch, numpy or another large package: the methods that need one do."""
    heavy = subject.import_report().heavy
    expect(not heavy, "no large package among the imports", ", ".join(heavy))


@check(*EVERYTHING, static=True, requires=(can_be_imported,))
def import_prints_nothing(subject: Subject) -> None:
    """Its import prints nothing."""
    printed = subject.import_report().printed
    expect(not printed, "nothing printed", repr(shortened(printed)))


@check(*EVERYTHING, static=True, requires=(can_be_imported,))
def import_warns_of_nothing(subject: Subject) -> None:
    """Its import gives no warning."""
    warnings = subject.import_report().warnings
    expect(not warnings, "no warning", "; ".join(warnings))


@check(*EVERYTHING, static=True, requires=(imports_nothing_heavy,))
def import_changes_nothing(subject: Subject) -> None:
    """Its import leaves alone what the whole process shares: generators, environment, logging, signals."""
    changed = subject.import_report().changed
    expect(not changed, "no change by the import", f"a change of {', '.join(changed)}")


@check(*COMPONENTS, static=True, requires=(can_be_imported,))
def has_a_docstring(subject: Subject) -> None:
    """Its class has a docstring, whose first line says what it is: `embedkit plugins` shows it."""
    expect(subject.component.summary.strip() != "", "a docstring of the class", "none")


@check(*COMPONENTS, static=True, requires=(can_be_imported,))
def no_misspelt_flag(subject: Subject) -> None:
    """No attribute of its class or object is a misspelling of a flag of its kind, such as `standalone`."""
    try:
        refuse_misspelt(subject.kind, subject.load(), _attributes(subject))
    except ValueError as error:
        raise ConformanceError(str(error)) from None


def _attributes(subject: Subject) -> list[str]:
    """Return the attributes of an object; none if it cannot be made, which another check says."""
    with suppress(Exception):
        return subject.component.attributes_of(subject.make())
    return []


@check(*COMPONENTS, static=True, requires=(no_misspelt_flag,))
def parameters_typed(subject: Subject) -> None:
    """Every parameter of its constructor has an annotation that recipes can follow, and goes by keyword."""
    subject.component.parameters.model_json_schema()


@check(*COMPONENTS, static=True, requires=(parameters_typed,))
def parameters_documented(subject: Subject) -> None:
    """Every parameter says what it is for, in a `Doc`."""
    fields = subject.component.parameters.model_fields
    silent = [name for name, field in fields.items() if not (field.description or "").strip()]
    expect(not silent, "a Doc in the annotation of every parameter", f"none for {', '.join(silent)}")


@check(*COMPONENTS, static=True, requires=(parameters_typed,))
def defaults_valid(subject: Subject) -> None:
    """Every default satisfies the annotation of its parameter."""
    faults = subject.default_faults()
    expect(not faults, "defaults that a recipe could set", "; ".join(faults))


@check(*COMPONENTS, static=True, requires=(parameters_typed,))
def parameters_used(subject: Subject) -> None:
    """Every parameter is made use of, not dropped and not only stored."""
    unused = unused_parameters(subject.load())
    expect(not unused, "code that reads every parameter", f"none that reads {', '.join(unused)}")


@check(*COMPONENTS, requires=(parameters_typed, defaults_valid))
def can_be_made(subject: Subject) -> None:
    """It can be made, as a recipe makes it, with the parameters that it is given."""
    subject.wrapped()


@check(*COMPONENTS, exercised=True)
def does_its_work(subject: Subject) -> None:
    """It does the work of its kind on ordinary input without raising anything."""
    for number in (0, 1):
        subject.work(subject.make(), subject.arguments(number))


@check(*COMPONENTS, requires=(does_its_work,), exercised=True)
def prints_nothing(subject: Subject) -> None:
    """Neither its constructor nor its methods print anything on standard output."""
    printed = printed_by(lambda: [subject.work(subject.make(), subject.arguments(n)) for n in (0, 1)])
    expect(not printed, "nothing printed", repr(shortened(printed)))


@check(*COMPONENTS, requires=(does_its_work,), exercised=True)
def leaves_generators_alone(subject: Subject) -> None:
    """It neither seeds the global generators of Python, NumPy and torch nor draws from them."""
    before = GeneratorStates.now()
    try:
        moved = GeneratorStates.moved()  # numpy and torch, if it needs them, have been imported by its work
        subject.work(subject.make(), subject.arguments())
        changed = [NAMES[name] for name in moved.changed()]
    finally:
        before.restore()
    expect(not changed, "a generator of its own, with a seed of its own", f"use of {', '.join(changed)}")


@check(*COMPONENTS, requires=(does_its_work,), exercised=True)
def leaves_its_input_alone(subject: Subject) -> None:
    """It does not change what it is given: lists, arrays and tensors are the caller's."""
    from embedkit.testing.comparing import comparable

    for number in (0, 1):
        arguments = subject.arguments(number)
        before = comparable(arguments)
        subject.work(subject.make(), arguments)
        expect(comparable(arguments) == before, "the arguments as they were", "changed ones")


@check(*COMPONENTS, requires=(leaves_generators_alone, leaves_its_input_alone), exercised=True)
def deterministic(subject: Subject) -> None:
    """What it gives depends on its parameters and arguments alone, not on chance or earlier calls."""
    first, second = subject.make(), subject.make()
    before = [subject.work(first, subject.arguments(number)) for number in (0, 1, 0)]
    after = [subject.work(second, subject.arguments(number)) for number in (1, 0)]
    expect(before[0] == before[2], "the same result of the same call again", "another one")
    expect(before[1] == after[0], "the same result of another object", "another one")
    expect(before[0] == after[1], "the same result in another order of calls", "another one")


@check(*COMPONENTS, requires=(deterministic,), exercised=True)
def can_be_pickled(subject: Subject) -> None:
    """It can be pickled, and gives the same in another process, where strings have other hashes."""
    made = subject.make()
    pickled = pickle.dumps(made)
    here = subject.work(made, subject.arguments())
    assert subject.exercise is not None, "the check is exercised"
    there = work_elsewhere(pickled, subject.exercise, 0)
    expect(there == here, "the same result in another process", "another one")


@check(*IN_THREADS, requires=(deterministic,), exercised=True)
def works_in_threads(subject: Subject) -> None:
    """Threads that use one object at once get what each would get alone."""
    start = time.perf_counter()
    alone = [subject.work(subject.make(), subject.arguments(number)) for number in (0, 1)]
    calls = min(MOST_CALLS, max(LEAST_CALLS, int(EFFORT / (time.perf_counter() - start))))
    made, together = subject.make(), threading.Barrier(2)

    def work(number: int) -> int:
        together.wait()
        return sum(subject.work(made, subject.arguments(number)) == alone[number] for _ in range(calls))

    with _often_switching(), ThreadPoolExecutor(2) as threads:
        same = sum(threads.map(work, (0, 1)))
    wrong = 2 * calls - same
    expect(not wrong, "the same result as alone", f"another one in {wrong} of {2 * calls} calls")


@contextmanager
def _often_switching() -> Iterator[None]:
    """Let threads take turns as often as Python can, so that they meet each other's traces."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
