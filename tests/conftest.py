"""What every test shares: distributions made up on the spot, and which tests a bare core collects."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, settings

# No test of ours is about how fast the machine is.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

ONLY_CORE = importlib.util.find_spec("torch") is None


def pytest_configure(config: pytest.Config) -> None:
    """Let the tests, and the processes that they start, share a cache of their own, which is new."""
    if "EMBEDKIT_CACHE" not in os.environ:
        folder = os.environ["EMBEDKIT_CACHE"] = tempfile.mkdtemp(prefix="embedkit-tests-cache-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_report_header() -> str | None:
    return "torch is not installed: only modules marked core are collected" if ONLY_CORE else None


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    if not ONLY_CORE or collection_path.suffix != ".py" or collection_path.name == "conftest.py":
        return None
    return "pytest.mark.core" not in collection_path.read_text(encoding="utf-8") or None


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A directory on the path, in this process and its children, without plugin settings from outside."""
    directory = tmp_path / "site"
    directory.mkdir()
    monkeypatch.syspath_prepend(str(directory))
    monkeypatch.setenv("PYTHONPATH", str(directory))
    monkeypatch.delenv("EMBEDKIT_STRICT_PLUGINS", raising=False)
    monkeypatch.delenv("EMBEDKIT_DISABLE_PLUGINS", raising=False)
    yield directory
    for name in [n for n, m in sys.modules.items() if str(directory) in (getattr(m, "__file__", "") or "")]:
        del sys.modules[name]


@pytest.fixture
def install(site):
    """Install a distribution whose module has the given source; returns the module's name.

    `entries` and `commands` are entry names of the two groups, each with what it names: `{module}`, the
    module itself, or something in it.
    """

    def install(name, source, *, version="1.0", entries=(), commands=(), requires=(), below=""):
        home = site / below
        home.mkdir(exist_ok=True)
        module = re.sub(r"\W", "_", name).lower()
        (home / f"{module}.py").write_text(dedent(source), encoding="utf-8")
        info = home / f"{module}-{version}.dist-info"
        info.mkdir()
        needs = "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}"
        (info / "METADATA").write_text(metadata, encoding="utf-8")
        lines = ["[embedkit]", *_lines(entries, module), "[embedkit.commands]", *_lines(commands, module)]
        (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
        return module

    return install


@pytest.fixture
def told():
    """A reporter that remembers the stages that it was told of."""
    from embedkit.runs.reporter import Reporter

    class Told(Reporter):
        def __init__(self):
            self.stages = []

        def stage(self, what):
            self.stages.append(what)

    return Told()


@pytest.fixture
def trigrams(install, site):
    """Install the text encoder of the strangers: pieces of three letters, those beyond U+FFFF unknown."""
    install("embedkit-trigrams", "", entries=["trigrams"])
    package = Path(__file__).parent / "strangers" / "trigrams" / "embedkit_trigrams"
    shutil.copytree(package, site / package.name, ignore=shutil.ignore_patterns("__pycache__"))


def _lines(entries, module):
    named = entries if isinstance(entries, dict) else dict.fromkeys(entries, "{module}")
    return [f"{entry} = {target.format(module=module)}" for entry, target in named.items()]
