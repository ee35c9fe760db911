"""pytest's hooks for `parametrize_with_checks`: how many checks ran, and a failure where none did.

Every pytest of an environment with embedkit imports this module, so it imports next to nothing.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from embedkit.testing.parametrize import Trial

PROPERTY = "embedkit-check"
"""The property of a test's report that has the component; other processes send reports with it."""


@dataclass
class Checks:
    """The checks of a session: how many ended how, on which components."""

    outcomes: Counter[str] = field(default_factory=Counter)
    components: set[str] = field(default_factory=set)

    @property
    def ran(self) -> int:
        """Return how many checks ran."""
        return sum(self.outcomes.values()) - self.outcomes["not run"]

    def summary(self) -> str:
        """Return one line: how many checks ran on how many components, how they ended, and what follows."""
        shown = ("passed", "failed", "expected to fail", "not run")
        ended = ", ".join(f"{self.outcomes[each]} {each}" for each in shown if self.outcomes[each])
        components = f"{len(self.components)} component{'s' * (len(self.components) != 1)}"
        why = "" if self.ran else "; a session fails if it has checks and none of them runs"
        return f"embedkit: {self.ran} check{'s' * (self.ran != 1)} ran on {components}: {ended}{why}"


CHECKS = pytest.StashKey[Checks]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    config.stash[CHECKS] = Checks()
    config.pluginmanager.register(_Counting(config.stash[CHECKS]), "embedkit-counting")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test of a check with the component."""
    trial = _trial_of(item)
    if trial is not None:
        item.user_properties.append((PROPERTY, str(trial.subject)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Run a test; it fails if it does not call the check that it is given."""
    trial = _trial_of(item)
    if trial is not None:
        trial.called = False
    yield
    if trial is not None and not trial.called:
        pytest.fail("the test has not called its check: write check()", pytrace=False)


def _trial_of(item: pytest.Item) -> Trial | None:
    """Return the check that a test is given; None for any other test."""
    module = sys.modules.get("embedkit.testing.parametrize")
    given = getattr(getattr(item, "callspec", None), "params", {}).values() if module else ()
    return next((value for value in given if isinstance(value, module.Trial)), None)  # type: ignore[union-attr]


@dataclass(frozen=True, eq=False)
class _Counting:
    """Counts the reports of a session, those of other processes among them, and says what came of it."""

    checks: Checks

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the report of a check."""
        component = dict(report.user_properties).get(PROPERTY)
        if component is None or (report.when != "call" and report.passed):
            return
        self.checks.outcomes[_outcome(report)] += 1
        self.checks.components.add(str(component))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Let the session fail if there were checks and none ran."""
        if self.checks.outcomes and not self.checks.ran and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print how many checks ran, if there were any."""
        if self.checks.outcomes:
            failed = not self.checks.ran or self.checks.outcomes["failed"] > 0
            terminalreporter.write_line(self.checks.summary(), red=failed, green=not failed)


def _outcome(report: pytest.TestReport) -> str:
    if hasattr(report, "wasxfail"):
        return "expected to fail" if report.skipped else "failed"
    return "not run" if report.skipped else report.outcome
