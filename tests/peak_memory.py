"""The most memory that this process has had, on every system."""

from __future__ import annotations

import sys

import psutil


def peak_memory():
    """Bytes."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return psutil.Process().memory_info().peak_wset
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
