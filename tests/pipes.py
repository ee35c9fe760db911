"""Named pipes, which not every system has."""

from __future__ import annotations

import os

import pytest


def make_pipe(path):
    """Make a named pipe; skips the test where there are none."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(path)
