"""`embedkit plugins check`: the conformance suite on what is installed, without pytest."""

from __future__ import annotations

import json

import pytest
from author_samples import GOOD
from click.testing import CliRunner

from embedkit.cli.program import program
from embedkit.errors import EmbedkitError
from embedkit.testing.suite import checks_of

N = len(checks_of("tokenizer"))
DROPPED = GOOD.replace("[word.upper() + self.ending for word in text.split()]", "text.split()")


def check(*arguments):
    return CliRunner().invoke(program, ["plugins", "check", *arguments])


def test_a_good_plugin_passes(install):
    install("embedkit-shout", GOOD, entries=["shout"])
    done = check("embedkit-shout")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == f"tokenizer shout  {N} passed"
    assert lines[-1] == f"{N} checks ran on 1 component: {N} passed"


def test_a_failure_says_which_check_what_it_asks_for_and_where_to_read(install):
    install("embedkit-shout", DROPPED, entries=["shout"])
    done = check("shout")
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        f"tokenizer shout  {N - 1} passed, 1 failed",
        "",
        "parameters-used: tokenizer shout",
        "    Every parameter is made use of, not dropped and not only stored.",
        "    expected code that reads every parameter, got none that reads ending",
        "    See docs/reference/conformance-checks.md#parameters-used",
        "",
        f"{N} checks ran on 1 component: {N - 1} passed, 1 failed",
    ]


def test_the_same_failure_of_several_components_is_shown_once(install):
    source = DROPPED + '    register("shout-again", Shout)\n'
    install("embedkit-shout", source, entries=["shout"])
    done = check("embedkit-shout:shout")
    assert done.output.count("Every parameter is made use of") == 1
    assert "parameters-used: tokenizer shout, tokenizer shout-again" in done.output
    assert f"{2 * N} checks ran on 2 components" in done.output


def test_json_has_every_check(install):
    install("embedkit-shout", DROPPED, entries=["shout"])
    document = json.loads(check("shout", "--json").stdout)
    (component,) = document["components"]
    assert (component["kind"], component["name"]) == ("tokenizer", "shout")
    assert (component["distribution"], component["version"]) == ("embedkit-shout", "1.0")
    assert len(component["checks"]) == N == document["ran"]
    (failed,) = [each for each in component["checks"] if each["state"] == "failed"]
    assert failed["id"] == "parameters-used"
    assert failed["why"].endswith("none that reads ending")
    assert document["failed"] == 1


def test_a_file_that_the_wheel_lacks_shows(install):
    reading = GOOD.replace("self.ending = ending", "self.ending = ending + (HERE / 'ending.txt').read_text()")
    source = reading.replace(
        "class Shout", "from pathlib import Path\nHERE = Path(__file__).parent\nclass Shout"
    )
    install("embedkit-shout", source, entries=["shout"])
    done = check("shout")
    assert done.exit_code == 1
    assert "can-be-made: tokenizer shout" in done.output
    assert "No such file" in " ".join(done.output.split())


def test_parameters_are_given_with_set(install):
    install("embedkit-shout", GOOD.replace('] = ""', "]").replace('"shout"', '"shout.de"'), entries=["shout"])
    assert check("shout", "--set", "shout.de.ending='!'").exit_code == 0
    assert check("shout", "--set", "tokenizer:shout.de.ending='!'").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["shuot"], "unknown plugin 'shuot' - did you mean 'shout'?"),
        (["shout"], "parameters are needed to make tokenizer shout: ending"),
        (["shout", "--set", "shout.endign=x"], "unknown key 'endign' - did you mean 'ending'?"),
        (["shout", "--set", "shout.ending=5"], "shout.ending: expected a text, got"),
        (["shout", "--set", "shuot.ending=x"], "unknown component 'shuot' - did you mean 'shout'?"),
        (["shout", "--set", "shout.ending"], "expected KEY=VALUE"),
        (["idle"], "is failed: ZeroDivisionError"),
        (["barren"], "it registers no component and has no command"),
        (["later"], "is incompatible: it requires embedkit-text>=99"),
    ],
)
def test_what_cannot_be_checked_is_an_error_of_the_user(install, arguments, message):
    install("embedkit-shout", GOOD.replace('] = ""', "]"), entries=["shout"])
    install("embedkit-idle", "1 / 0", entries=["idle"])
    install("embedkit-barren", GOOD.replace('register("shout", Shout)', "pass"), entries=["barren"])
    install("embedkit-later", GOOD, entries=["later"], requires=["embedkit-text>=99"])
    error = check(*arguments).exception
    assert isinstance(error, EmbedkitError)
    assert error.exit_code == 2
    assert message in str(error)


def test_a_blocked_plugin_and_two_of_one_name(install):
    install("embedkit-shout", GOOD, entries=["shout"])
    blocked = CliRunner().invoke(program, ["-p", "no:shout", "plugins", "check", "shout"])
    assert "is blocked: by 'shout'" in str(blocked.exception)
    install("embedkit-loud", GOOD, entries=["shout"])
    assert "'shout' could mean several plugins" in str(check("shout").exception)
    claimed = str(check("embedkit-loud").exception)
    assert "tokenizer 'shout' is claimed by" in claimed
    assert "Block one of them" in claimed


COMMAND = """
import click, os

@click.command()
@click.option("--ending", help="Put after every word.")
def shout(ending):
    '''Shout.'''
"""


def test_a_command_is_checked_like_a_component(install):
    install("embedkit-shout", GOOD + COMMAND, entries=["shout"], commands={"shout": "{module}:shout"})
    done = check("embedkit-shout")
    assert done.exit_code == 0, done.output
    count = len(checks_of("command"))
    assert f"command shout    {count} passed" in done.output.splitlines()
    assert done.output.endswith(f"{N + count} checks ran on 2 components: {N + count} passed\n")


def test_output_of_a_component_does_not_get_into_the_document(install):
    printing = GOOD.replace(
        "        return [[", "        print('loud')\n        os.write(1, b'louder')\n        return [["
    )
    install("embedkit-shout", "import os\n" + printing, entries=["shout"])
    done = check("shout", "--json")
    failed = [
        each for each in json.loads(done.stdout)["components"][0]["checks"] if each["state"] != "passed"
    ]
    assert {each["id"] for each in failed} == {"prints-nothing"}
    assert "loud" in failed[0]["why"]
    assert "louder" in failed[0]["why"]


def test_every_line_is_at_most_80_wide(install):
    install("embedkit-shout", GOOD.replace("text.split()]", "text.undefined_method()]"), entries=["shout"])
    assert max(map(len, check("shout").output.splitlines())) <= 80
