"""Checks of a recipe's metrics: each is listed once, and can score the model's predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from embedkit.errors import Fault, nearest
from embedkit.interfaces.flags import RUNS_CODE, SINGLE_LABEL, tasks_of
from embedkit.plugin.registry import Component, Registry
from embedkit.recipe.build import Part
from embedkit.recipe.checks.components import all_named
from embedkit.recipe.document import Findings

if TYPE_CHECKING:
    from embedkit.interfaces import Task

_DESCRIBED: Mapping[Task, str] = {
    "binary": "two classes",
    "multiclass": "several classes",
    "multilabel": "several labels of a text",
}


def check_metrics(metrics: object, data: object, registry: Registry, findings: Findings) -> None:
    """Add a fault for each metric that is listed twice or cannot score the recipe's labels.

    A metric's name is its key in metrics.json, so it must be unique.
    """
    if not all_named(metrics):
        return
    tasks = _tasks(data) if isinstance(data, Mapping) else ()
    names = [spec.use for spec in metrics]
    for index, spec in enumerate(metrics):
        path = ("evaluation", "metrics", index)
        if spec.use in names[:index]:
            findings.add(path, f"the metric '{spec.use}' stands here twice")
        part = Part(registry, "metric", spec, "evaluation.metrics")
        fault = unfit(part, _as_known(part), tasks)
        if fault is not None:
            findings.add(path, fault)


def unfit(part: Part, metric: object, tasks: Sequence[Task]) -> Fault | None:
    """Return the fault of a metric that can score none of `tasks`; None if it can score one.

    `metric` is the component that `part` names, or its class. Returns None, too, if there are no `tasks`, or
    if the tasks of the metric are not known yet.
    """
    can = tasks_of(metric)
    if not tasks or can is None or {*can} & {*tasks}:
        return None
    known = (part.registry.get("metric", name) for name in part.registry.names("metric"))
    others = tuple(component.name for component in known if _may(component, tasks))
    name = part.spec.use
    what = f"'{name}' as it stands here cannot score {_described(tasks)}, but {_described(can)}"
    return Fault(what, nearest=nearest(name, others), allowed=others)


def _tasks(data: Mapping[Any, Any]) -> tuple[Task, ...]:
    """Return the tasks that the labels may amount to, as far as the section `data` tells.

    Empty for a recipe that does not train. Without a list of labels, binary and multiclass.
    """
    if "train" not in data:
        return ()
    if data.get("label_separator") is not None:
        return ("multilabel",)
    labels = data.get("labels")
    if not isinstance(labels, tuple):
        return SINGLE_LABEL
    return ("binary",) if len(labels) == 2 else ("multiclass",)


def _as_known(part: Part) -> object:
    """Return the metric with its parameters, or its class if it cannot be made yet.

    It is not made if its parameters are faulty or contain components, or if it would open a file.
    """
    component = part.component
    complete = part.spec.parameters.keys() == component.parameters.model_fields.keys()
    opens = component.input_paths or component.needs_trust or RUNS_CODE.of(component.factory)
    if not complete or opens or component.nested:
        return component.factory
    return part.make()


def _may(component: Component, tasks: Sequence[Task]) -> bool:
    can = tasks_of(component.factory)
    return can is None or bool({*can} & {*tasks})


def _described(tasks: Sequence[Task]) -> str:
    return " or ".join(_DESCRIBED[task] for task in tasks)
