"""From a constructor's signature to a pydantic model: one signature yields check, schema and docs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model
from typing_extensions import Doc

from embedkit.interfaces import InputPath


def parameters_of(factory: Callable[..., Any]) -> type[BaseModel]:
    """A model with one strict field for each keyword-only parameter of `factory`.

    Raises TypeError for a parameter that is positional, `**kwargs` or has no annotation.
    """
    constructor = factory.__init__ if inspect.isclass(factory) else factory  # type: ignore[misc]
    if constructor is object.__init__:
        return _model(factory, {})
    hints = get_type_hints(constructor, include_extras=True)
    parameters = [*inspect.signature(constructor).parameters.values()]
    fields = {p.name: _field(p, hints) for p in parameters[1 if inspect.isclass(factory) else 0 :]}
    return _model(factory, fields)


def _model(factory: Callable[..., Any], fields: Mapping[str, tuple[Any, Any]]) -> type[BaseModel]:
    name = getattr(factory, "__name__", type(factory).__name__)
    config = ConfigDict(
        extra="forbid", strict=True, frozen=True, protected_namespaces=(), allow_inf_nan=False
    )
    return create_model(name, __config__=config, **fields)  # type: ignore[call-overload,no-any-return]


def _field(parameter: inspect.Parameter, hints: Mapping[str, Any]) -> tuple[Any, Any]:
    if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
        raise TypeError(f"constructor parameter '{parameter}' is not keyword-only")
    if parameter.name not in hints:
        raise TypeError(f"constructor parameter '{parameter.name}' has no annotation")
    hint = hints[parameter.name]
    documented = Annotated[hint, Field(description=_documentation(hint))]
    return documented, ... if parameter.default is inspect.Parameter.empty else parameter.default


def _documentation(hint: Any) -> str | None:
    return next((part.documentation for part in _parts(hint) if isinstance(part, Doc)), None)


def input_paths(factory: Callable[..., Any]) -> frozenset[str]:
    """The names of the parameters that name files to be read (`InputPath`, or `InputPath | None`)."""
    constructor = factory.__init__ if inspect.isclass(factory) else factory  # type: ignore[misc]
    hints = get_type_hints(constructor, include_extras=True)
    mark = get_args(InputPath)[1]
    return frozenset(name for name, hint in hints.items() if mark in _parts(hint))


def _parts(hint: Any) -> Iterator[Any]:
    """The annotation's arguments at every depth: members of unions, metadata of Annotated."""
    for part in get_args(hint):
        yield part
        yield from _parts(part)
