"""The plugin holds to what embedkit expects of every one of its kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from embedkit.testing import parametrize_with_checks

PATH = Path(__file__).parents[1] / "train.txt"


@parametrize_with_checks("embedkit-placeholder", parameters={"placeholder": {"path": str(PATH)}})
def test_conformance(check: Callable[[], None]) -> None:
    check()
