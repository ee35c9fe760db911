"""A new plugin of every kind: written, built, installed beside embedkit's wheel, and tested with its recipe.

Each is installed in a virtual environment of its own, where embedkit is a wheel too. What they require is
taken from the environment that runs the tests.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import venv
from pathlib import Path

import pytest

from embedkit.plugin.template import PLUGIN_KINDS

ROOT = Path(__file__).parents[2]
TO_GREEN = "time to green"
"""The property of a test that conftest.py prints when all tests are done."""

SETTINGS = ("PYTHONPATH", "EMBEDKIT_DISABLE_PLUGINS", "EMBEDKIT_EXPECTED_BUILD", "COLUMNS")


def call(*words: object, cwd: Path | None = None) -> str:
    """Run a program, which must succeed, as somebody would who has only this environment."""
    environment = {n: v for n, v in os.environ.items() if n not in SETTINGS and not n.startswith("PYTEST_")}
    environment |= {"EMBEDKIT_STRICT_PLUGINS": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [*map(str, words)],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}"
    return done.stdout


class Environment:
    """A virtual environment without pip, which also finds the packages in other folders."""

    def __init__(self, home: Path, others: list[Path]):
        made = venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt")
        made.create(home)
        self.python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        said = call(self.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
        self.packages = Path(said.strip())
        (self.packages / "others.pth").write_text("\n".join(map(str, others)), encoding="utf-8")

    def install(self, *what: object) -> None:
        call(
            *(sys.executable, "-m", "pip", "--quiet", "--python", self.python, "install", "--no-deps"),
            *("--no-index", "--ignore-installed", "--disable-pip-version-check", *what),
        )

    def embedkit(self, *arguments: object, cwd: Path | None = None) -> str:
        return call(self.python, "-m", "embedkit", *arguments, cwd=cwd)


def build(project: Path, folder: Path) -> Path:
    """Return the wheel of a project, built with the hatchling of this environment."""
    call(
        *(sys.executable, "-m", "pip", "--quiet", "wheel", "--no-deps", "--no-build-isolation"),
        *("--disable-pip-version-check", "--wheel-dir", folder, project),
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def beside(tmp_path_factory) -> list[Path]:
    """Return the folders in which a plugin finds embedkit, installed from its wheel, and its requirements."""
    home = tmp_path_factory.mktemp("embedkit")
    packages = [Path(folder) for folder in sys.path if Path(folder).name == "site-packages"]
    packed = Path(os.environ.get("TOX_PACKAGE", ""))
    wheel = packed if packed.suffix == ".whl" else build(ROOT, home / "wheels")
    environment = Environment(home / "venv", packages)
    environment.install(wheel)
    return [environment.packages, *packages]


@pytest.mark.parametrize("kind", PLUGIN_KINDS)
def test_a_new_plugin_is_green_at_once(kind: str, beside: list[Path], tmp_path: Path, record_property):
    start = time.perf_counter()
    own = Environment(tmp_path / "venv", beside)
    own.embedkit("plugins", "new", "sample", "--kind", kind, cwd=tmp_path)
    project = tmp_path / "embedkit-sample"
    own.install(build(project, tmp_path / "wheels"))
    home = call(own.python, "-c", "import embedkit_sample; print(embedkit_sample.__file__)", cwd=project)
    assert own.packages in Path(home.strip()).parents, "the wheel is tested, not the files in src"
    tested = call(own.python, "-m", "pytest", "-p", "no:cacheprovider", cwd=project)
    assert re.search(r"^embedkit: \d+ checks ran", tested, re.MULTILINE), tested
    assert re.search(r"^tests/test_recipe\.py \. ", tested, re.MULTILINE), "its recipe runs"
    seconds = time.perf_counter() - start
    result = tested.splitlines()[-1].strip("= ")
    record_property(TO_GREEN, f"{kind}: {seconds:.1f} s from `plugins new` to {result}")


def test_a_new_command_works_on_the_run_of_its_recipe(beside: list[Path], tmp_path: Path):
    own = Environment(tmp_path / "venv", beside)
    own.embedkit("plugins", "new", "sample", "--kind", "command", cwd=tmp_path)
    project = tmp_path / "embedkit-sample"
    own.install(build(project, tmp_path / "wheels"))
    own.embedkit("run", "recipe.yaml", "--out", "runs/first", "-q", cwd=project)
    assert len(own.embedkit("sample", "runs/first", "texts.txt", "-n", 2, cwd=project).splitlines()) == 2


def test_a_frozen_list_restores_the_plugins(beside: list[Path], tmp_path: Path):
    own = Environment(tmp_path / "venv", beside)
    for name, kind in (("loud", "tokenizer"), ("next", "command")):
        own.embedkit("plugins", "new", name, "--kind", kind, cwd=tmp_path)
        own.install(build(tmp_path / f"embedkit-{name}", tmp_path / name))
    frozen = own.embedkit("plugins", "freeze")
    assert [line.partition(" @ file:")[0] for line in frozen.splitlines()] == [
        "embedkit-loud",
        "embedkit-next",
        "embedkit-text",
    ]
    (tmp_path / "plugins.txt").write_text(frozen, encoding="utf-8")
    other = Environment(tmp_path / "other", beside[1:])
    other.install("-r", tmp_path / "plugins.txt")
    assert (other.packages / "embedkit" / "templates" / "tokenizer").is_dir()
    assert other.embedkit("plugins", "freeze") == frozen
