"""What must hold of a recipe's metrics: each stands once, and can score what the model tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from embedkit.errors import ComponentError, Fault, nearest
from embedkit.interfaces.calling import owner_of
from embedkit.interfaces.flags import RUNS_CODE, SINGLE_LABEL, TASKS
from embedkit.plugin.registry import Registry
from embedkit.recipe.build import build_component
from embedkit.recipe.checks.components import all_named
from embedkit.recipe.document import Findings
from embedkit.recipe.sections.section import ComponentSpec

if TYPE_CHECKING:
    from embedkit.interfaces import Task

_DESCRIBED: Mapping[Task, str] = {
    "binary": "two classes",
    "multiclass": "several classes",
    "multilabel": "several labels of a text",
}


def check_metrics(metrics: object, data: object, registry: Registry, findings: Findings) -> None:
    """A metric's name is its key in metrics.json, so it stands once; it can score the recipe's labels."""
    if not all_named(metrics):
        return
    tasks = _tasks(data) if isinstance(data, Mapping) else ()
    names = [spec.use for spec in metrics]
    for index, spec in enumerate(metrics):
        path = ("evaluation", "metrics", index)
        if spec.use in names[:index]:
            findings.add(path, f"the metric '{spec.use}' stands here twice")
        fault = unfit(registry, spec.use, _as_known(registry, spec), tasks)
        if fault is not None:
            findings.add(path, fault)


def unfit(
    registry: Registry, name: str, metric: object, tasks: Sequence[Task], where: str | None = None
) -> Fault | None:
    """What is wrong where a metric can score none of `tasks`; nothing is where none are known."""
    can = _scores(metric)
    if not tasks or can is None or {*can} & {*tasks}:
        return None
    others = tuple(n for n in registry.names("metric") if _may(registry, n, tasks))
    what = f"'{name}' as it stands here cannot score {_described(tasks)}, but {_described(can)}"
    return Fault(what, where, nearest(name, others), others)


def _tasks(data: Mapping[Any, Any]) -> tuple[Task, ...]:
    """What the labels of a recipe that trains may come to, as far as its section `data` tells."""
    if "train" not in data:
        return ()
    if data.get("label_separator") is not None:
        return ("multilabel",)
    labels = data.get("labels")
    if not isinstance(labels, tuple):
        return SINGLE_LABEL
    return ("binary",) if len(labels) == 2 else ("multiclass",)


def _as_known(registry: Registry, spec: ComponentSpec) -> object:
    """The metric with its parameters; its class where these are faulty, or would have a file opened."""
    component = registry.get("metric", spec.use)
    complete = spec.parameters.keys() == component.parameters.model_fields.keys()
    opens = component.input_paths or component.needs_trust or RUNS_CODE.of(component.factory)
    if not complete or opens or component.nested:
        return component.factory
    return build_component(registry, "metric", spec, "evaluation.metrics")


def _scores(metric: object) -> Sequence[Task] | None:
    """The tasks that a metric can score; None where its parameters decide and are not known.

    Raises ComponentError where its attribute `tasks` holds anything else.
    """
    tasks = TASKS.of(metric)
    if isinstance(tasks, property):
        return None
    if not tasks or isinstance(tasks, str) or not {*tasks} <= {*_DESCRIBED}:
        what = f"tasks: expected some of {', '.join(_DESCRIBED)}, got {tasks!r:.120}"
        raise ComponentError(owner_of(metric).fault(what))
    return tuple(tasks)


def _may(registry: Registry, name: str, tasks: Sequence[Task]) -> bool:
    can = _scores(registry.get("metric", name).factory)
    return can is None or bool({*can} & {*tasks})


def _described(tasks: Sequence[Task]) -> str:
    return " or ".join(_DESCRIBED[task] for task in tasks)
