"""Checks that components are known to fail, each with the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from embedkit.errors import Fault, PluginError
from embedkit.testing.check import Check
from embedkit.testing.subject import Subject
from embedkit.testing.targets import component_called

ExpectedFailures = Mapping[str, Mapping[str, str]]
"""Reasons by component (its name, or `kind:name`) and id of the check."""

Reasons = Mapping[str, str]
"""Reasons by id of the check."""

EXPECTED = "expected_failures"


def reasons_of(
    expected: ExpectedFailures,
    subjects: Sequence[Subject],
    checks_of: Callable[[str], Sequence[Check]],
) -> Mapping[str, Reasons]:
    """Return the reasons of every subject, by its description, such as `tokenizer shout`.

    Raises PluginError with the nearest name for a component or check that does not exist, and for a failure
    without a reason.
    """
    reasons: dict[str, Reasons] = {}
    for key, failures in expected.items():
        kind, name = _meant(key, failures, [(each.kind, each.name) for each in subjects], checks_of)
        known = _ids(kind, checks_of)
        for check, reason in failures.items():
            where = f"{EXPECTED} of {kind} '{name}'"
            if check not in known:
                raise PluginError(Fault.unknown("check", check, known, where=where))
            if not isinstance(reason, str) or not reason.strip():
                what = f"expected the reason why {check} fails, got {reason!r:.60}"
                raise PluginError(Fault(what, where=where))
        reasons[f"{kind} {name}"] = failures
    return reasons


def _meant(
    key: str,
    failures: Reasons,
    known: Sequence[tuple[str, str]],
    checks_of: Callable[[str], Sequence[Check]],
) -> tuple[str, str]:
    """Return the kind and name that `key` stands for.

    A plugin often has a component and a command of one name: then those count that have the checks.
    """
    able = [(kind, name) for kind, name in known if {*failures} <= {*_ids(kind, checks_of)}]
    named = any(key in (name, f"{kind}:{name}") for kind, name in able)
    return component_called(key, able if named else known, EXPECTED)


def _ids(kind: str, checks_of: Callable[[str], Sequence[Check]]) -> list[str]:
    return [check.id for check in checks_of(kind)]
