"""Projects of plugin authors, whose tests run in a pytest of their own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.fixture
def project(tmp_path, site):
    """Write an author's test module and run pytest on it, with embedkit's plugin; returns the process."""
    folder = tmp_path / "project"
    folder.mkdir()

    def run(tests, *arguments, plugin=True):
        (folder / "test_plugin.py").write_text(tests, encoding="utf-8")
        (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        plugins = ["-p", "embedkit.testing.pytest_plugin"] if plugin else []
        call = [sys.executable, "-m", "pytest", *plugins, "-p", "no:cacheprovider", *arguments]
        environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        environment.pop("PYTEST_ADDOPTS", None)
        return subprocess.run(
            call, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8"
        )

    return run
