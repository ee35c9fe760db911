"""What every test shares: where nothing but the core is installed, only the core's tests are collected."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ONLY_CORE = importlib.util.find_spec("torch") is None


def pytest_report_header() -> str | None:
    return "torch is not installed: only modules marked core are collected" if ONLY_CORE else None


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    if not ONLY_CORE or collection_path.suffix != ".py" or collection_path.name == "conftest.py":
        return None
    return "pytest.mark.core" not in collection_path.read_text(encoding="utf-8") or None
