"""Out-of-vocabulary policies: `zero` and `error`."""

from __future__ import annotations

from embedkit.hookspecs import Register, hookimpl
from embedkit_oov.error import Error
from embedkit_oov.zero import Zero


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `zero` and `error`."""
    register("zero", Zero)
    register("error", Error)
