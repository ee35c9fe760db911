"""The origin of a plugin, and its state."""

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
    """One entry point of a plugin or command, and its state.

    `requires` are the requirements of its distribution (`Requires-Dist`); `seconds` is the time spent in its
    code, above all to import it.
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
        """Return the unique name `distribution:entry`."""
        return f"{self.distribution}:{self.entry}"

    def __str__(self) -> str:
        return f"{self.entry} of {self.distribution} {self.version}"

    def fail(self, state: State, error: str, cause: BaseException | None = None) -> None:
        """Record why this plugin is not in use."""
        self.state, self.error, self.cause = state, error, cause

    @contextmanager
    def held_responsible(self, doing: str = "") -> Iterator[None]:
        """Record this plugin as failed if the block raises, `sys.exit` included, and suppress the exception.

        KeyboardInterrupt is not suppressed. Text printed in the block goes to standard error, as standard
        output may be a document. The time is added to `seconds`.
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
    """Return the name by which a distribution is compared: `my-plugin` for `My_Plugin` (PEP 503)."""
    return re.sub(r"[-_.]+", "-", distribution).lower()
