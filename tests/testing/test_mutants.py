"""A mutant for each check: a plugin with one fault, caught by the check that is meant for it and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedkit.testing.suite import all_checks, checks_of, run_check, subjects_of

MUTANTS = Path(__file__).parent / "mutants"


def _ids():
    return [path.stem.replace("_", "-") for path in sorted(MUTANTS.glob("*.py"))]


def test_every_check_has_a_mutant():
    assert {check.id for check in all_checks()} == {*_ids()}


@pytest.mark.parametrize("check_id", _ids())
def test_a_mutant_is_caught_by_its_check_alone(check_id, install):
    source = (MUTANTS / f"{check_id.replace('-', '_')}.py").read_text(encoding="utf-8")
    install("embedkit-mutant", source, entries=["mutant"])
    (subject,) = subjects_of("embedkit-mutant")
    results = [run_check(check, subject) for check in checks_of(subject.kind)]
    assert [result.check.id for result in results if result.state == "failed"] == [check_id]
    unrun = {result.check.id for result in results if result.state == "not run"}
    assert unrun <= {check.id for check in all_checks() if check_id in check.requires}
