"""Where a plugin came from, and what became of it."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Literal

from embedkit.errors import EmbedkitError

DISTRIBUTION = "embedkit-text"
"""The distribution that brings embedkit and the bundled plugins."""

NAMESAKE = "embedkit"
"""Another project's distribution on the package index, which has a package of embedkit's name."""

GROUP = "embedkit"
COMMAND_GROUP = "embedkit.commands"
State = Literal["installed", "loaded", "failed", "blocked", "incompatible"]


@dataclass
class Plugin:
    """One entry point, and what became of it.

    `requires` is what its distribution requires (`Requires-Dist`); `seconds` is how long its import took.
    """

    distribution: str
    version: str
    entry: str
    module: str
    group: str = GROUP
    requires: tuple[str, ...] = ()
    state: State = "installed"
    error: str | None = None
    cause: BaseException | None = None
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """`distribution:entry`, unlike any other plugin's."""
        return f"{self.distribution}:{self.entry}"

    def __str__(self) -> str:
        return f"{self.entry} of {self.distribution} {self.version}"

    def fail(self, state: State, error: str, cause: BaseException | None = None) -> None:
        """Record why this plugin is not in use."""
        self.state, self.error, self.cause = state, error, cause

    @contextmanager
    def held_responsible(self, doing: str = "") -> Iterator[None]:
        """What is raised inside, `sys.exit` included, makes this plugin a failed one and goes no further.

        What is printed inside goes to standard error, as standard output may be a document.
        """
        start = time.perf_counter()
        try:
            with redirect_stdout(sys.stderr):
                yield
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self.fail("failed", doing + _one_line(error), error)
        finally:
            self.seconds += time.perf_counter() - start


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, EmbedkitError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def canonical(distribution: str) -> str:
    """The name by which a distribution is compared: `My_Plugin` is `my-plugin` (PEP 503)."""
    return re.sub(r"[-_.]+", "-", distribution).lower()
