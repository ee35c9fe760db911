"""The plugin holds to what embedkit expects of every one of its kind."""

from __future__ import annotations

from collections.abc import Callable

from embedkit.testing import parametrize_with_checks


@parametrize_with_checks("embedkit-placeholder")
def test_conformance(check: Callable[[], None]) -> None:
    check()
