"""The checks as parameters of a pytest test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from embedkit.testing.check import Check, ConformanceError
from embedkit.testing.subject import Subject
from embedkit.testing.suite import checks_of, run_check, subjects_of


def parametrize_with_checks(
    name: str,
    *,
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
    expected_failures: Mapping[str, Mapping[str, str]] | None = None,
) -> pytest.MarkDecorator:
    """Return a pytest mark that runs a test once for each check of each component of the plugin `name`.

    `parameters` are constructor's parameters by component; `expected_failures` are the checks that a
    component is known to fail, with the reason.
    """
    given, known = parameters or {}, expected_failures or {}
    cases = []
    for found in subjects_of(name):
        subject = replace(found, parameters=given.get(found.name, {}))
        for check in checks_of(subject.kind):
            reason = known.get(subject.name, {}).get(check.id)
            marks = [pytest.mark.xfail(reason=reason, raises=ConformanceError, strict=True)] if reason else []
            identity = f"{subject.kind}-{subject.name}-{check.id}"
            cases.append(pytest.param(_trial(check, subject), id=identity, marks=marks))
    return pytest.mark.parametrize("check", cases)


def _trial(check: Check, subject: Subject) -> Callable[[], None]:
    return partial(_try, check, subject)


def _try(check: Check, subject: Subject) -> None:
    """Run a check; a failure is raised, and a check that is not run is skipped with the reason."""
    result = run_check(check, subject)
    if result.state == "not run":
        pytest.skip(result.why)
    if result.state == "failed":
        raise ConformanceError(f"{subject}: {check.sentence} {result.why}")
