"""The README's first command, word by word, in a virtual environment that has nothing in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def readme_commands() -> list[str]:
    return re.findall(r"^\$ (.+)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.skipif(
    os.environ.get("TOX_ENV_NAME") != "newcomer",
    reason="it installs everything once more: tox -e newcomer",
)
def test_one_command_installs_embedkit_and_runs_its_main_job(tmp_path):
    venv.create(tmp_path / "venv", with_pip=True)
    path = f"{tmp_path}/venv/bin{os.pathsep}{os.environ['PATH']}"
    hidden = ("PYTHONPATH", "VIRTUAL_ENV", "EMBEDKIT_DATA", "NLTK_DATA")
    environment = {**{k: v for k, v in os.environ.items() if k not in hidden}, "PATH": path, "COLUMNS": "100"}
    command = readme_commands()[0]
    assert command.endswith("embedkit rank quickstart --out runs/ranking")
    # The checkout is only read: the run directory belongs in runs/ of a copy.
    copy = tmp_path / "checkout"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in tracked.decode().rstrip("\0").split("\0"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((ROOT / name).read_bytes())
    done = subprocess.run(["bash", "-c", command], cwd=copy, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    screen = done.stdout[done.stdout.index("tier  candidate") :]
    assert len(screen.splitlines()) <= 40
    for candidate in ("majority", "nbsvm", "glove-6b-50d-mean", "glove-6b-50d-cnn", "random-cnn"):
        assert candidate in screen
    assert "200 texts" in done.stdout
    ranking = copy / "runs" / "ranking"
    for directory in (ranking, ranking / "best"):
        assert (directory / "manifest.json").is_file()
    assert sys.version_info[:2] == (3, 11)
