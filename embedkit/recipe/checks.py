"""What must hold between a recipe's components, checked before any file is opened."""

from __future__ import annotations

from typing import TypeGuard

from embedkit.errors import ComponentError, Fault
from embedkit.recipe.document import Findings
from embedkit.recipe.schema import ComponentSpec, Share
from embedkit.registry import Registry


def check_chain(chain: object, registry: Registry, findings: Findings) -> None:
    """The last out-of-vocabulary policy, and no other, answers for every word."""
    if not _all_named(chain):
        return
    for index, spec in enumerate(chain):
        last = index == len(chain) - 1
        total = _is_total(registry, spec.use)
        if last and not total:
            allowed = tuple(name for name in registry.names("oov") if _is_total(registry, name))
            what = f"'{spec.use}' may leave a word without a vector, and the last policy must not"
            findings.add(("oov", index), Fault(what, allowed=allowed))
        if total and not last:
            rest = ", ".join(f"'{after.use}'" for after in chain[index + 1 :])
            findings.add(("oov", index), f"'{spec.use}' answers for every word, so {rest} is never asked")


def check_metrics(metrics: object, findings: Findings) -> None:
    """A metric's name is its key in metrics.json, so it stands once."""
    names = [spec.use for spec in metrics] if _all_named(metrics) else []
    for index, name in enumerate(names):
        if name in names[:index]:
            findings.add(("evaluation", "metrics", index), f"the metric '{name}' stands here twice")


def check_shares(validation: object, test: object, findings: Findings) -> None:
    """Shares of the training split leave something of it."""
    if isinstance(validation, Share) and isinstance(test, Share) and validation.share + test.share >= 1:
        what = f"the shares {validation.share} and {test.share} leave nothing to train on"
        findings.add(("data", "test", "share"), what)


def _all_named(specs: object) -> TypeGuard[tuple[ComponentSpec, ...]]:
    """Whether `specs` are components whose names are known."""
    return isinstance(specs, tuple) and all(isinstance(spec, ComponentSpec) and spec.use for spec in specs)


def _is_total(registry: Registry, name: str) -> bool:
    component = registry.get("oov", name)
    total = getattr(component.factory, "total", None)
    if not isinstance(total, bool):
        raise ComponentError(Fault("expected a class attribute 'total', True or False", where=f"{component}"))
    return total
