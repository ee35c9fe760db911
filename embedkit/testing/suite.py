"""All checks, and what came of trying them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Literal

from embedkit.interfaces.calling import described
from embedkit.interfaces.changes import ContractWarning
from embedkit.plugin.registry import build_registry
from embedkit.testing.check import Check, ConformanceError
from embedkit.testing.checks import (
    baselines,
    commands,
    common,
    embeddings,
    encoders,
    files,
    function_words,
    metrics,
    oov_policies,
    readers,
    text_encoders,
    tokenizers,
    vector_formats,
)
from embedkit.testing.exercise import Exercise
from embedkit.testing.imports import remembered_environment
from embedkit.testing.settings import read_settings
from embedkit.testing.subject import Subject
from embedkit.testing.targets import Parameters, find_subjects

MODULES: tuple[ModuleType, ...] = (
    common,
    files,
    readers,
    tokenizers,
    embeddings,
    text_encoders,
    oov_policies,
    vector_formats,
    encoders,
    metrics,
    baselines,
    function_words,
    commands,
)

State = Literal["passed", "failed", "not run"]


@cache
def all_checks() -> tuple[Check, ...]:
    """Return every check, in the order of the modules and of their code."""
    found = (value for module in MODULES for value in vars(module).values() if isinstance(value, Check))
    return tuple(dict.fromkeys(found))  # a module imports the checks that its own require


@cache
def exercises() -> Mapping[str, Exercise]:
    """Return the exercise of each kind."""
    found = (value for module in MODULES for value in vars(module).values() if isinstance(value, Exercise))
    return {exercise.kind: exercise for exercise in found}


@cache
def checks_of(kind: str) -> tuple[Check, ...]:
    """Return the checks of components of `kind`."""
    return tuple(check for check in all_checks() if kind in check.kinds)


@dataclass(frozen=True)
class Result:
    """What came of trying a check on a component; `why` is what is wrong, or why it was not run."""

    subject: Subject
    check: Check
    state: State
    why: str = ""

    @property
    def fails(self) -> bool:
        """Return whether the component fails a check that is binding."""
        return self.state == "failed" and self.check.is_binding()

    @property
    def ending(self) -> str:
        """Return the state, or `new` for a failure of a check that is not binding yet."""
        return "new" if self.state == "failed" and not self.fails else self.state


def prerequisites(check: Check, kind: str) -> Iterator[Check]:
    """Yield the checks that have to pass before `check` of a component of `kind` is tried."""
    needed = {*check.requires}
    if not check.static and check is not common.can_be_made:
        needed.add(common.can_be_made.id)
    if check.exercised:
        needed |= {*exercises()[kind].requires}
    yield from (each for each in checks_of(kind) if each.id in needed)


def run_check(check: Check, subject: Subject) -> Result:
    """Try a check, after those that it requires, which are tried once for each subject."""
    result = _tried(check, subject)
    subject.passed[check.id] = result.state == "passed"
    return result


def _tried(check: Check, subject: Subject) -> Result:
    for needed in prerequisites(check, subject.kind):
        if needed.id not in subject.passed:
            run_check(needed, subject)
        if needed.is_binding() and not subject.passed[needed.id]:
            return Result(subject, check, "not run", f"needs {needed.id}, which does not pass")
    try:
        check.body(subject)
    except (Exception, SystemExit) as error:  # a component may raise anything
        return Result(subject, check, "failed", _described(error))
    return Result(subject, check, "passed")


def subjects_of(
    name: str,
    parameters: Parameters | Sequence[str] = (),
    *,
    trust: bool = False,
    blocked: Sequence[str] = (),
) -> Sequence[Subject]:
    """Return the components and commands of an installed plugin or distribution, to be tried.

    `parameters` are constructor's parameters by component, for those that cannot be made without or are to be
    tried with others than the defaults; or texts, such as `shout.ending='!'`. `trust` is the consent to run
    code in files; plugins in `blocked` are not loaded. Raises PluginError as `find_subjects` does, and
    RecipeError for a text that cannot be read.
    """
    with warnings.catch_warnings(), remembered_environment():
        warnings.simplefilter("ignore")  # a check says what plugins warn of when they are imported
        warnings.simplefilter("default", ContractWarning)  # embedkit's own, which authors should see
        registry = build_registry(blocked, trust)
    if not isinstance(parameters, Mapping):
        parameters = read_settings(parameters, [(each.kind, each.name) for each in registry.components()])
    return find_subjects(name, registry, parameters, exercises())


def _described(error: BaseException) -> str:
    """Return what a failed check says: its own words, or the exception that the component raised."""
    return str(error) if isinstance(error, ConformanceError) else described(error)
