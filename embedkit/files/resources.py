"""The processors and the memory that this process may use, in a container too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/")

_LIMITS = {
    "memory": ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    "": ("memory.max", "memory.current", "inactive_file"),
}
"""By the controller of a line of /proc/self/cgroup, in versions 1 and 2 of control groups: the files of the
limit and the use, and the key of memory.stat for what is cached of files, which the system gives up."""


def processors() -> int:
    """Return how many processors this process may use; a share that a container is limited to counts too."""
    import joblib

    return int(joblib.cpu_count())


def available_memory(root: Path = ROOT) -> int:
    """Return how many bytes of memory can still be taken: the system's, or less if a control group says so.

    `root` is the directory where `proc` and `sys` are.
    """
    import psutil

    return max(0, min(int(psutil.virtual_memory().available), *_left_in_groups(root)))


def _left_in_groups(root: Path) -> Iterator[int]:
    """Yield what is left of the memory of each control group that this process is in, directly or not."""
    yield 1 << 62
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, group = (*line.split(":", 2), "", "")[:3]
        controller = "memory" if "memory" in controllers.split(",") else ""
        if controllers and not controller:
            continue
        mounted = root / "sys/fs/cgroup" / controller
        inner = mounted / group.lstrip("/")
        for directory in (inner, *inner.parents):
            yield from _left(directory, *_LIMITS[controller])
            if directory == mounted:
                break


def _left(directory: Path, limit: str, use: str, cached: str) -> Iterator[int]:
    """Yield what is left of the memory of one control group, if it has a limit."""
    most, used = _text(directory / limit).strip(), _text(directory / use).strip()
    if most.isdigit() and used.isdigit():
        stat = dict(line.split(" ", 1) for line in _text(directory / "memory.stat").splitlines())
        yield int(most) - int(used) + int(stat.get(cached, 0))


def _text(path: Path) -> str:
    """Return the content of a file of the system; empty if there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
