"""Consent to run code in files: a recipe may say that it is needed, and never gives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from embedkit.errors import Fault
from embedkit.interfaces.flags import RUNS_CODE

if TYPE_CHECKING:
    from embedkit.plugin.registry import Component, Registry

HINT = (
    "If you trust where the file comes from, give the command --trust, or from Python trust=True; "
    "what a recipe says is no consent."
)


def untrusted(
    registry: Registry, component: Component, values: Mapping[str, Any], where: str
) -> Iterator[Fault]:
    """Yield a fault for each way in which a component would run code in files without consent.

    `where` is the component's key in the recipe, `values` are its parameters.
    """
    if registry.trust:
        return
    if RUNS_CODE.of(component.factory):
        yield Fault(f"{component} runs code that is in its files", where=where, hint=HINT)
    for name in sorted(component.needs_trust):
        if values.get(name):
            what = f"{component} is to run code that is in its file, and nobody has consented"
            yield Fault(what, where=f"{where}.{name}", hint=HINT)
