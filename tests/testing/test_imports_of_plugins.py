"""What the import of a plugin does, and what is said of it, whoever does it: module, class or hook."""

from __future__ import annotations

import logging
import random
import signal
import sys

import pytest
from author_samples import GOOD

from embedkit.errors import PluginError
from embedkit.testing.imports import import_report
from embedkit.testing.suite import subjects_of

HOOK = "def register_tokenizers(register: Register) -> None:\n"


@pytest.fixture(autouse=True)
def as_before(monkeypatch, tmp_path):
    """What the plugins change in this process is put back; where nothing tests it, they change nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOUT", "0")
    states = random.getstate(), sys.excepthook, signal.getsignal(signal.SIGTERM), [*logging.root.handlers]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path])
        yield
    random.setstate(states[0])
    sys.excepthook = states[1]
    signal.signal(signal.SIGTERM, states[2])
    logging.root.handlers[:] = states[3]


def report(install, source):
    install("embedkit-shout", source, entries=["shout"])
    (subject,) = subjects_of("embedkit-shout")
    return subject.import_report()


@pytest.mark.parametrize("place", ["module", "hook", "class"])
def test_a_heavy_import_shows_wherever_it_stands(install, site, place):
    package = "embedkit_heavy_class"
    (site / f"{package}.py").write_text(f"import numpy\n{GOOD}", encoding="utf-8")
    source = {
        "module": f"import numpy.random\n{GOOD}",
        "hook": GOOD.replace(HOOK, f"{HOOK}    import numpy\n"),
        "class": GOOD.replace('register("shout", Shout)', f'register("shout", "{package}:Shout")'),
    }[place]
    assert report(install, source).heavy == ["numpy"]


def test_a_hook_that_prints_and_changes_things(install):
    lines = "    import os, random\n    os.write(1, b'hello')\n    random.seed(1)\n"
    found = report(install, GOOD.replace(HOOK, f"{HOOK}{lines}    os.environ['SHOUT'] = '1'\n"))
    assert found.printed == "hello"
    assert found.changed == ["Python's global generator of random numbers", "os.environ"]


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("import sys; sys.path.append('/nowhere')", "sys.path"),
        ("import os; os.chdir('/')", "the working directory"),
        ("import logging; logging.basicConfig()", "the root logger"),
        ("import signal; signal.signal(signal.SIGTERM, print)", "signal handlers"),
        ("import sys; sys.excepthook = print", "sys.excepthook"),
        ("import warnings; warnings.simplefilter('ignore')", "warnings.filters"),
    ],
)
def test_what_the_process_shares(install, line, changed):
    (found,) = report(install, f"{line}\n{GOOD}").changed
    assert changed in found


def test_a_warning_of_the_compiler_shows_although_the_module_is_compiled(install):
    (warning,) = report(install, GOOD + "\nPATTERN = '\\d'\n").warnings  # it is loaded before, and compiled
    assert "invalid escape sequence" in warning


def test_an_import_that_raises_or_ends_the_process(install):
    install("embedkit-raises", "1 / 0", entries=["raises"])
    assert import_report("embedkit_raises").error == "ZeroDivisionError: division by zero"
    install("embedkit-ends", "import os\nos._exit(3)")
    with pytest.raises(PluginError, match="importing embedkit_ends ends the process with exit code 3"):
        import_report("embedkit_ends")
