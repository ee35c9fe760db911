"""The program itself: its help, its global options, plugins' commands, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from embedkit import __version__
from embedkit.cli.program import COMMANDS

pytestmark = pytest.mark.core

COMMAND = """
    import click

    @click.command()
    @click.option("--raise", "what")
    def command(what):
        '''Say so.'''
        from embedkit.errors import DataError, TrainingError
        if what:
            raise eval(what)
        click.echo("said")
"""


@pytest.fixture
def install_command(install):
    def install_command(name, *commands, version="1.0", source=COMMAND, target="{module}:command", **more):
        return install(name, source, version=version, commands=dict.fromkeys(commands, target), **more)

    return install_command


def unwrapped(text):
    """The words, as click breaks lines at 80 characters."""
    return " ".join(text.split())


def test_the_help_names_every_command_and_where_to_start(embedkit_command):
    done = embedkit_command("--help")
    assert (done.code, done.err) == (0, "")
    assert "Start with: embedkit rank quickstart" in done.out
    lines = [line.split(maxsplit=1) for line in done.out.splitlines() if line.startswith("  ")]
    assert all([name, text] in lines for name, text in COMMANDS.items())
    assert "Commands of plugins" not in done.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_of_its_own(embedkit_command, name):
    done = embedkit_command(name, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: embedkit {name} ")


def test_the_number_of_commands():
    assert len(COMMANDS) == 13


def test_the_version(embedkit_command):
    assert embedkit_command("--version").out == f"embedkit, version {__version__}\n"


def test_no_command_is_a_usage_error_that_shows_the_help(embedkit_command):
    done = embedkit_command()
    assert done.code == 2
    assert "Usage: embedkit [OPTIONS] COMMAND" in done.err


def test_an_unknown_command(embedkit_command, install_command):
    install_command("embedkit-loud", "yell")
    done = embedkit_command("yel")
    assert (done.code, done.out) == (2, "")
    known = ", ".join(sorted([*COMMANDS, "yell"]))
    assert f"unknown command 'yel' - did you mean 'yell'? (allowed: {known})" in done.err


def test_a_plugins_command_is_imported_when_it_is_called(embedkit_command, install_command):
    module = install_command("embedkit-loud", "yell", version="3.1")
    assert "yell  From embedkit-loud 3.1." in embedkit_command("--help").out
    assert module not in sys.modules
    done = embedkit_command("yell")
    assert (done.code, done.out, done.err) == (0, "said\n", "")
    assert module in sys.modules


def test_a_built_in_command_wins_and_the_help_says_so(embedkit_command, install_command):
    module = install_command("embedkit-loud", "recipes", version="3.1")
    help_text = unwrapped(embedkit_command("--help").out)
    assert f"recipes {COMMANDS['recipes']}" in help_text
    notice = "recipes Not in use: embedkit-loud 3.1 claims the name of a command of embedkit itself."
    assert notice in help_text
    assert "quickstart" in embedkit_command("recipes").out
    assert module not in sys.modules


def test_a_command_claimed_twice_is_an_error_only_when_it_is_called(embedkit_command, install_command):
    install_command("embedkit-loud", "yell", version="3.1")
    install_command("embedkit-shrill", "yell", "shriek")
    notice = "yell Not in use: claimed by embedkit-loud 3.1 and embedkit-shrill 1.0; block one with -p."
    assert notice in unwrapped(embedkit_command("--help").out)
    assert embedkit_command("shriek").code == 0
    done = embedkit_command("yell")
    assert done.code == 2
    assert (
        "command 'yell' is claimed by yell of embedkit-loud 3.1 and yell of embedkit-shrill 1.0" in done.err
    )
    assert "embedkit -p no:embedkit-loud:yell or -p no:embedkit-shrill:yell …" in done.err
    assert embedkit_command("-p", "no:embedkit-loud", "yell").code == 0


@pytest.mark.parametrize(
    ("source", "requires", "message"),
    [
        ("raise SystemExit('no licence')", (), "SystemExit: no licence"),
        ("import nothing_of_that_name", (), "ModuleNotFoundError: No module named 'nothing_of_that_name'"),
        ("def command(): ...", (), "expected a click command, got <function command at 0x"),
        (
            COMMAND,
            ("embedkit-text>=99",),
            f"it requires embedkit-text>=99, and embedkit-text {__version__} is installed",
        ),
    ],
)
def test_a_command_that_cannot_be_had(embedkit_command, install_command, source, requires, message):
    module = install_command("embedkit-loud", "yell", version="3.1", source=source, requires=requires)
    assert embedkit_command("validate", "quickstart").code == 0
    done = embedkit_command("yell")
    assert (done.code, done.out) == (2, "")
    assert f"error: command yell of embedkit-loud 3.1: {message}" in done.err
    assert "Traceback" not in done.err
    assert (module in sys.modules) == ("def command(): ..." in source)


def test_a_blocked_command_is_not_there(embedkit_command, install_command, monkeypatch):
    module = install_command("Embedkit.Loud", "yell")
    for name in ("embedkit-loud", "yell", "embedkit_loud:yell"):
        assert "unknown command 'yell'" in embedkit_command("-p", f"no:{name}", "yell").err
        assert "yell" not in embedkit_command("-p", f"no:{name}", "--help").out
    monkeypatch.setenv("EMBEDKIT_DISABLE_PLUGINS", "embedkit-loud")
    assert "unknown command 'yell'" in embedkit_command("yell").err
    assert "yell" not in embedkit_command("--help").out
    assert module not in sys.modules


def test_blocking_what_is_not_there(embedkit_command):
    for arguments in (["plugins"], ["--help"], ["validate", "quickstart"], ["yell"]):
        done = embedkit_command("-p", "no:nlkt", *arguments)
        assert (done.code, done.out) == (2, "")
        assert "error: blocking plugins: unknown plugin 'nlkt' - did you mean 'nltk'?" in done.err


def test_a_malformed_p(embedkit_command):
    done = embedkit_command("-p", "nltk", "plugins")
    assert done.code == 2
    assert "'nltk' does not start with no: (allowed: -p no:NAME)" in done.err


@pytest.mark.parametrize(
    ("raised", "code", "message"),
    [
        ("DataError('no texts')", 2, "error: no texts\n"),
        ("TrainingError('the loss is nan', 'twice')", 1, "error: the loss is nan\nerror: twice\n"),
        ("OSError(28, 'No space left on device', 'x.bin')", 1, "error: x.bin: No space left on device\n"),
        ("KeyboardInterrupt", 130, "interrupted"),
        ("click.UsageError('not like this')", 2, "Error: not like this\n"),
        ("SystemExit(5)", 5, ""),
    ],
)
def test_how_it_ends(embedkit_command, install_command, raised, code, message):
    install_command("embedkit-loud", "yell")
    done = embedkit_command("yell", "--raise", raised)
    assert (done.code, done.out) == (code, "")
    assert done.err.strip("\n").endswith(message.strip("\n"))
    assert "Traceback" not in done.err


@pytest.mark.parametrize("raised", ["DataError('no texts')", "OSError(28, 'No space left', 'x.bin')"])
def test_a_traceback_is_shown_where_it_is_asked_for(embedkit_command, install_command, raised):
    install_command("embedkit-loud", "yell")
    done = embedkit_command("--traceback", "yell", "--raise", raised)
    assert "Traceback (most recent call last)" in done.err
    assert "in command\n    raise eval(what)" in done.err


def test_the_traceback_of_a_plugin_that_failed(embedkit_command, install, monkeypatch):
    install("embedkit-broken", "1 / 0", entries=["broken"])
    monkeypatch.setenv("EMBEDKIT_STRICT_PLUGINS", "1")
    done = embedkit_command("--traceback", "plugins")
    assert done.code == 2
    assert 'embedkit_broken.py", line 1, in <module>' in done.err
    assert "error: plugin broken of embedkit-broken 1.0: ZeroDivisionError: division by zero" in done.err


def test_a_reader_that_goes_away_is_no_crash():
    reading, writing = os.pipe()
    os.close(reading)
    program = [sys.executable, "-P", "-c", "from embedkit.cli import main; main()", "plugins", "--json"]
    done = subprocess.run(program, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert (done.returncode, done.stderr) == (3, "")


@pytest.mark.parametrize("arguments", [["--help"], ["plugins"], ["recipes"], ["run", "--help"]])
def test_output_that_a_full_disk_does_not_take_is_no_failure_of_what_was_asked(arguments):
    program = [sys.executable, "-P", "-m", "embedkit", *arguments]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 3
    assert done.stderr == "error: the output cannot be written: No space left on device\n"
