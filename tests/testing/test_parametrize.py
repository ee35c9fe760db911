"""`parametrize_with_checks` as an author uses it: in a pytest of its own, on an installed plugin."""

from __future__ import annotations

import importlib.util
import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from author_samples import CONFORMANCE, GOOD

from embedkit.testing.suite import checks_of

N = len(checks_of("tokenizer"))
NEW_CHECK = """
import embedkit.testing.checks.tokenizers as checks
from embedkit.testing.check import check, expect

@check("tokenizer", since="99.0")
def tokenizer_whispers(subject):
    '''It whispers.'''
    expect(False, "small letters", "capitals")

checks.tokenizer_whispers = tokenizer_whispers
"""
DROPPED = GOOD.replace("[word.upper() + self.ending for word in text.split()]", "text.split()")


def conformance(more=""):
    return CONFORMANCE.format(more=f", {more}" if more else "")


def last_lines(done):
    return "\n".join(done.stdout.splitlines()[-25:]) + done.stderr


def test_every_check_of_a_good_plugin_runs_and_is_counted(install, project):
    install("embedkit-shout", GOOD, entries=["shout"])
    done = project(conformance(), "-v")
    assert done.returncode == 0, last_lines(done)
    assert "test_conformance[tokenizer-shout-deterministic] PASSED" in done.stdout
    assert f"embedkit: {N} checks ran on 1 component: {N} passed" in done.stdout


@pytest.mark.skipif(importlib.util.find_spec("xdist") is None, reason="pytest-xdist is not installed")
def test_checks_in_several_processes_are_counted_together(install, project):
    install("embedkit-shout", GOOD, entries=["shout"])
    done = project(conformance(), "-p", "xdist", "-n", "2")
    assert done.returncode == 0, last_lines(done)
    assert f"embedkit: {N} checks ran on 1 component: {N} passed" in done.stdout


def test_a_failure_says_what_is_wrong(install, project):
    install("embedkit-shout", DROPPED, entries=["shout"])
    done = project(conformance())
    assert done.returncode == 1
    assert "tokenizer shout: parameters-used: Every parameter is made use of" in done.stdout
    assert "expected code that reads every parameter, got none that reads ending" in done.stdout
    assert f"embedkit: {N} checks ran on 1 component: {N - 1} passed, 1 failed" in done.stdout


def test_a_selection_is_counted_as_it_is(install, project):
    install("embedkit-shout", GOOD, entries=["shout"])
    done = project(conformance(), "-k", "deterministic")
    assert done.returncode == 0, last_lines(done)
    assert "embedkit: 1 check ran on 1 component: 1 passed" in done.stdout


def test_no_line_where_other_tests_are_selected(install, project):
    install("embedkit-shout", GOOD, entries=["shout"])
    done = project(conformance() + "\ndef test_other():\n    pass\n", "-k", "other")
    assert done.returncode == 0, last_lines(done)
    assert "embedkit:" not in done.stdout


def test_it_is_a_failure_if_every_check_is_skipped(install, project):
    install("embedkit-shout", GOOD, entries=["shout"])
    skipped = conformance().replace("@param", "import pytest\n@pytest.mark.skip('later')\n@param")
    done = project(skipped)
    assert done.returncode == 1, last_lines(done)
    why = "a session fails if it has checks and none of them runs"
    assert f"embedkit: 0 checks ran on 1 component: {N} not run; {why}\n" in done.stdout


def test_a_test_that_calls_no_check_fails(install, project):
    install("embedkit-shout", GOOD, entries=["shout"])
    done = project(conformance().replace("check()", "pass"), "-k", "deterministic")
    assert done.returncode == 1
    assert "the test has not called its check: write check()" in done.stdout


def test_without_the_plugin_of_pytest_the_checks_run_all_the_same(install, project):
    install("embedkit-shout", DROPPED, entries=["shout"])
    done = project(conformance(), plugin=False)
    assert done.returncode == 1
    assert f"1 failed, {N - 1} passed" in done.stdout


def test_a_failure_that_is_expected(install, project):
    install("embedkit-shout", DROPPED, entries=["shout"])
    done = project(conformance("expected_failures={'shout': {'parameters-used': 'not yet'}}"), "-rx")
    assert done.returncode == 0, last_lines(done)
    assert re.search(r"parameters-used\] - (reason: )?not yet", done.stdout)  # pytest 8 says what it is
    assert f"{N - 1} passed, 1 expected to fail" in done.stdout


def test_a_failure_that_is_expected_and_does_not_come(install, project):
    install("embedkit-shout", GOOD, entries=["shout"])
    done = project(conformance("expected_failures={'shout': {'parameters-used': 'not yet'}}"))
    assert done.returncode == 1
    assert "parameters-used passes, and is expected to fail (not yet)" in done.stdout


def test_a_failure_is_expected_of_the_one_that_has_the_check(install, project):
    command = '\nimport click\n\n@click.command()\ndef shout():\n    """Shout."""\n'
    install("embedkit-shout", DROPPED + command, entries=["shout"], commands={"shout": "{module}:shout"})
    reason = "expected_failures={'shout': {'parameters-used': 'not yet'}}"
    assert project(conformance(reason), "-k", "used").returncode == 0
    both = project(conformance(reason.replace("parameters-used", "import-prints-nothing")), "-k", "used")
    assert "could mean several components (allowed: tokenizer:shout, command:shout)" in both.stdout


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("expected_failures={'shout': {'parameter-used': 'x'}}", "did you mean 'parameters-used'?"),
        ("expected_failures={'shuot': {'parameters-used': 'x'}}", "did you mean 'shout'?"),
        ("expected_failures={'shout': {'parameters-used': ''}}", "expected the reason why parameters-used"),
        ("parameters={'shuot': {'ending': '!'}}", "parameters: unknown component 'shuot' - did you mean"),
        ("parameters={'shout': {'endign': '!'}}", "unknown key 'endign' - did you mean 'ending'?"),
        ("parameters={'shout': {'ending': 5}}", "shout.ending: expected a text, got"),
    ],
)
def test_what_does_not_exist_is_an_error_with_the_nearest_name(install, project, more, message):
    install("embedkit-shout", GOOD, entries=["shout"])
    done = project(conformance(more))
    assert done.returncode == 2
    assert message in done.stdout
    assert "Traceback" not in done.stdout


def test_parameters_are_what_the_component_is_made_with(install, project):
    raising = GOOD.replace("self.ending = ending", "self.ending = {'!': '!'}[ending]")
    install("embedkit-shout", raising, entries=["shout"])
    assert project(conformance()).returncode == 1
    assert project(conformance("parameters={'shout': {'ending': '!'}}")).returncode == 0


def test_a_component_that_cannot_be_made_without_parameters(install, project):
    install("embedkit-shout", GOOD.replace('] = ""', "]"), entries=["shout"])
    done = project(conformance())
    assert done.returncode == 2
    assert "parameters are needed to make tokenizer shout: ending" in done.stdout
    assert 'parameters={"shout": {"ending": …}}' in done.stdout


def test_a_new_check_warns_for_a_version_even_where_warnings_are_errors(install, project):
    install("embedkit-shout", GOOD, entries=["shout"])
    done = project(NEW_CHECK + conformance(), "-W", "error")
    assert done.returncode == 0, last_lines(done)
    assert "ConformanceWarning: tokenizer shout: tokenizer-whispers: It whispers." in done.stdout
    assert "expected small letters, got capitals" in done.stdout
    assert f"{N + 1} passed" in done.stdout


def test_the_wheel_brings_the_plugin_of_pytest():
    named = [entry.value for entry in entry_points(group="pytest11") if entry.name == "embedkit"]
    assert named == ["embedkit.testing.pytest_plugin"]


def test_the_guide_says_how_many_checks_run_on_its_plugin():
    guide = (Path(__file__).parents[2] / "docs" / "how-to" / "write-a-plugin.md").read_text(encoding="utf-8")
    count = N + len(checks_of("command"))
    assert f"embedkit: {count} checks ran on 2 components: {count} passed" in guide
