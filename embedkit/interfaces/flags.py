"""Flags: class attributes by which a component describes itself, such as `padding_invariant = False`."""

from __future__ import annotations

import difflib
import inspect
import math
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args

from embedkit.errors import ComponentError, Fault
from embedkit.hookspecs import KINDS
from embedkit.interfaces.calling import owner_of
from embedkit.interfaces.changes import former_names
from embedkit.interfaces.tasks import Task

T = TypeVar("T")

Bounds = tuple[float | None, float | None]
"""The smallest and the largest value of a figure; None for an end that is open."""

SIMILAR = 0.85
"""How alike two names are, of 1, from where on one is taken for a misspelling of the other."""


@dataclass(frozen=True)
class Flag(Generic[T]):
    """A class attribute that components of some `kinds` may set, and its default."""

    name: str
    kinds: tuple[str, ...]
    default: T

    def of(self, component: object) -> T:
        """Return the flag of `component` or its class; the default if it is not set.

        Raises ComponentError if the value should be True or False and is neither.
        """
        value = getattr(component, self.name, self.default)
        if isinstance(self.default, bool) and not isinstance(value, bool):
            what = f"expected the attribute '{self.name}' to be True or False, got {value!r:.60}"
            raise ComponentError(Fault(what, where=str(component)))
        return value


SINGLE_LABEL: tuple[Task, ...] = ("binary", "multiclass")

PADDING_INVARIANT = Flag("padding_invariant", ("encoder",), True)
HAS_WEIGHTS = Flag("has_weights", ("encoder",), True)
READS_POOLED = Flag("reads_pooled", ("encoder",), False)
STANDALONE = Flag("standalone", ("embedding",), True)
NEEDS_SUBWORDS = Flag("needs_subwords", ("oov",), False)
TOTAL = Flag("total", ("oov",), False)
SMALLER_IS_BETTER = Flag("smaller_is_better", ("metric",), False)
BOUNDS: Flag[Bounds] = Flag("bounds", ("metric",), (None, None))
TASKS = Flag("tasks", ("metric", "baseline"), SINGLE_LABEL)
FILES_MAY_RUN = ("reader", "tokenizer", "embedding", "text-encoder", "oov", "encoder", "metric", "baseline")
RUNS_CODE = Flag("runs_code", (*FILES_MAY_RUN, "vector-format"), False)
FLAGS: tuple[Flag[Any], ...] = (
    PADDING_INVARIANT,
    HAS_WEIGHTS,
    READS_POOLED,
    STANDALONE,
    NEEDS_SUBWORDS,
    TOTAL,
    SMALLER_IS_BETTER,
    BOUNDS,
    TASKS,
    RUNS_CODE,
)


def tasks_of(component: object) -> tuple[Task, ...] | None:
    """Return the tasks of a metric or a baseline; None if they depend on parameters that are not known.

    Raises ComponentError if its attribute `tasks` holds anything else.
    """
    tasks: Any = TASKS.of(component)
    if isinstance(tasks, property):
        return None
    allowed = get_args(Task)
    if not tasks or not isinstance(tasks, Collection) or isinstance(tasks, str) or not {*tasks} <= {*allowed}:
        what = f"tasks: expected some of {', '.join(allowed)}, got {tasks!r:.120}"
        raise ComponentError(owner_of(component).fault(what))
    return tuple(tasks)


def bounds_of(metric: object) -> Bounds:
    """Return the smallest and the largest figure of a metric, None for an end that is open.

    Raises ComponentError if its attribute `bounds` holds anything but two finite numbers in order, or None.
    """
    bounds: Any = BOUNDS.of(metric)
    if not isinstance(bounds, tuple) or len(bounds) != 2 or not all(map(_is_end, bounds)):
        raise _no_bounds(metric, bounds)
    low, high = bounds
    if low is not None and high is not None and low >= high:
        raise _no_bounds(metric, bounds)
    return low, high


def _is_end(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and math.isfinite(value))


def _no_bounds(metric: object, bounds: object) -> ComponentError:
    what = f"bounds: expected the smallest and the largest figure, or None for either, got {bounds!r:.120}"
    return ComponentError(owner_of(metric).fault(what))


def refuse_misspelt(kind: str, factory: Callable[..., Any], attributes: Iterable[str] = ()) -> None:
    """Raise ValueError if the name of an attribute is a misspelling of a flag of its kind.

    The attributes are those of the class, and `attributes`, those of an object.
    """
    flags = [flag.name for flag in FLAGS if kind in flag.kinds]
    former = former_names(KINDS[kind].protocol)
    for name in (*_own_attributes(factory), *attributes):
        near = difflib.get_close_matches(name, flags, n=1, cutoff=SIMILAR)
        if near and name not in flags and name not in former:
            raise ValueError(f"{factory.__qualname__} has an attribute '{name}' - did you mean '{near[0]}'?")


def _own_attributes(factory: Callable[..., Any]) -> Iterator[str]:
    """Yield the public attributes of a class and its bases that are not methods; none for a function."""
    for base in inspect.getmro(factory) if inspect.isclass(factory) else ():
        for name, value in vars(base).items():
            if base is not object and not name.startswith("_") and not inspect.isroutine(value):
                yield name
