"""The checks as parameters of a pytest test."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from embedkit.errors import EmbedkitError
from embedkit.testing.check import Check, ConformanceError, ConformanceWarning
from embedkit.testing.expected import ExpectedFailures, Reasons, reasons_of
from embedkit.testing.subject import Subject
from embedkit.testing.suite import checks_of, run_check, subjects_of
from embedkit.testing.targets import Parameters


def parametrize_with_checks(
    name: str,
    *,
    parameters: Parameters | None = None,
    expected_failures: ExpectedFailures | None = None,
    trust: bool = False,
) -> pytest.MarkDecorator:
    """Return a pytest mark that runs a test once for each check of each component of the plugin `name`.

    `name` is an installed distribution, an entry of one, or `distribution:entry`. The test takes an argument
    `check` and calls it. `parameters` are constructor's parameters by component: those without which it
    cannot be made, or others to be tried. `expected_failures` are the checks that a component is known to
    fail, each with the reason: a check among them that passes is a failure. `trust` is the consent to run
    code in files. Collection of the module fails for a plugin that is not installed or not in use, one
    without components, and a component or check that does not exist.
    """
    try:
        subjects = subjects_of(name, parameters or {}, trust=trust)
        reasons = reasons_of(expected_failures or {}, subjects, checks_of)
    except EmbedkitError as error:
        raise pytest.Collector.CollectError(f"parametrize_with_checks({name!r}): {error}") from error
    trials = [_trial(check, subject, reasons) for subject in subjects for check in checks_of(subject.kind)]
    return pytest.mark.parametrize("check", [pytest.param(trial, id=trial.identity) for trial in trials])


def _trial(check: Check, subject: Subject, reasons: Mapping[str, Reasons]) -> Trial:
    return Trial(check, subject, reasons.get(str(subject), {}).get(check.id))


@dataclass
class Trial:
    """A check of a component, as a test calls it; `reason` says why it is expected to fail, if so.

    `called` is set by the call: a test that forgets it has checked nothing.
    """

    check: Check
    subject: Subject
    reason: str | None = None
    called: bool = field(default=False, init=False)

    @property
    def identity(self) -> str:
        """Return the identifier in pytest's output, such as `tokenizer-shout-deterministic`."""
        return f"{self.subject.kind}-{self.subject.name}-{self.check.id}"

    def __call__(self) -> None:
        """Try the check. Raises ConformanceError if the component fails it, or passes against expectation.

        A check whose prerequisites fail is skipped. A failure of a check that is new in this minor version of
        embedkit is a ConformanceWarning, also where pytest treats warnings as errors.
        """
        self.called = True
        result = run_check(self.check, self.subject)
        if result.state == "not run":
            pytest.skip(result.why)
        message = f"{self.subject}: {self.check.id}: {self.check.sentence}\n    {result.why}"
        if result.state == "passed":
            self._refuse_unexpected_pass()
        elif self.reason:
            pytest.xfail(self.reason)
        if result.state == "failed" and self.check.is_binding():
            raise ConformanceError(message)
        if result.state == "failed":
            _warn(f"{message}\n    {self.check.probation}")

    def _refuse_unexpected_pass(self) -> None:
        if self.reason:
            what = f"passes, and is expected to fail ({self.reason}): leave it out of expected_failures"
            raise ConformanceError(f"{self.subject}: {self.check.id} {what}")


def _warn(message: str) -> None:
    """Warn, and never raise: a new version of embedkit is not to break a plugin's tests at once."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", ConformanceWarning)
        warnings.warn(message, ConformanceWarning, stacklevel=3)
