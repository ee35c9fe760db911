"""All checks, and what came of trying them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Literal

from embedkit.testing.check import Check
from embedkit.testing.checks import tokenizers
from embedkit.testing.subject import Subject

MODULES: tuple[ModuleType, ...] = (tokenizers,)

State = Literal["passed", "failed", "not run"]


def all_checks() -> list[Check]:
    """Return every check, in the order of the modules and of their code."""
    return [value for module in MODULES for value in vars(module).values() if isinstance(value, Check)]


def checks_of(kind: str) -> list[Check]:
    """Return the checks of components of `kind`."""
    return [check for check in all_checks() if kind in check.kinds]


@dataclass(frozen=True)
class Result:
    """What came of trying a check on a component; `why` is what is wrong, or why it was not run."""

    subject: Subject
    check: Check
    state: State
    why: str = ""


def run_check(check: Check, subject: Subject) -> Result:
    """Try a check, after those that it requires."""
    by_id = {each.id: each for each in checks_of(subject.kind)}
    for needed in check.requires:
        if needed in by_id and run_check(by_id[needed], subject).state != "passed":
            return Result(subject, check, "not run", f"needs {needed}, which does not pass")
    try:
        check.body(subject)
    except Exception as error:  # a component may raise anything
        return Result(subject, check, "failed", f"{error}" or type(error).__name__)
    return Result(subject, check, "passed")


def subjects_of(name: str) -> Sequence[Subject]:
    """Return the components of the installed plugin or distribution `name`, to be tried.

    Raises PluginError if there is none of that name, or it is not in use.
    """
    from embedkit.plugin.provenance import canonical
    from embedkit.plugin.registry import build_registry

    registry = build_registry()
    components = registry.components()
    own = [c for c in components if canonical(name) in (canonical(c.plugin.distribution), c.plugin.name)]
    return [Subject(registry, component) for component in own]
