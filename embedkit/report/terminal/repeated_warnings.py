"""The warnings of several runs, such as folds, each said once with the number of runs that gave it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping


class RepeatedWarnings:
    """Collects the warnings of several runs.

    Those that differ in their figures alone count as the same.
    """

    def __init__(self) -> None:
        self._runs: list[str] = []
        self._found: dict[str, dict[int, str]] = {}
        self._silent = False

    @property
    def collecting(self) -> bool:
        """Return whether one of several runs is under way, whose warnings are to be collected."""
        return bool(self._runs)

    def begin(self, run: str, of: int) -> None:
        """Note that one of `of` runs begins.

        The run before it does not count if it told nothing, as one that is made of runs does.
        """
        if of < 2:
            return
        if self._silent:
            self._runs.pop()
        self._runs.append(run)
        self._silent = True

    def heard(self) -> None:
        """Note that the run under way told something."""
        self._silent = False

    def add(self, warning: str) -> None:
        """Add a warning of the run under way."""
        self.heard()
        same = re.sub(r"\d[\d.,]*", "#", warning)
        self._found.setdefault(same, {})[len(self._runs)] = warning

    def said(self) -> Iterator[str]:
        """Yield each warning once, with the number of runs that gave it, and forget all of them."""
        for by_run in self._found.values():
            first, *others = next(iter(by_run.values())).split("\n")
            yield "\n".join([f"{first} ({self._count(by_run)})", *others])
        self._runs, self._found = [], {}

    def _count(self, by_run: Mapping[int, str]) -> str:
        kind = "folds" if all(re.fullmatch(r"fold-\d+", run) for run in self._runs) else "runs"
        count = f"in {len(by_run)} of {len(self._runs)} {kind}"
        if len({*by_run.values()}) < 2:
            return count
        return f"{count}; the figures are those of {self._runs[next(iter(by_run)) - 1]}"
