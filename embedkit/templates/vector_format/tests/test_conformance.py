"""The plugin holds to what embedkit expects of every one of its kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from embedkit.testing import parametrize_with_checks

SAMPLE = Path(__file__).parents[1] / "vectors.csv"


@parametrize_with_checks("embedkit-placeholder", parameters={"placeholder": {"sample": str(SAMPLE)}})
def test_conformance(check: Callable[[], None]) -> None:
    check()
