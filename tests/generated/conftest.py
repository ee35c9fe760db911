from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what installs packages, which takes a while, unless this folder is asked for."""
    asked = [Path(config.invocation_params.dir, argument.partition("::")[0]) for argument in config.args]
    if any(HERE in (path, *path.parents) for path in asked):
        return
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="it takes minutes: pytest tests/generated"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the time that each kind of plugin took, also where other processes ran the tests."""
    passed = terminalreporter.stats.get("passed", ())
    properties = [each for report in passed if report.when == "call" for each in report.user_properties]
    for _, line in sorted(each for each in properties if each[0] == "time to green"):
        terminalreporter.write_line(line)
