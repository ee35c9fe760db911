"""From a constructor's signature to a pydantic model: one signature yields check, schema and docs."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from functools import cache
from typing import Any, TypeGuard, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.fields import FieldInfo
from typing_extensions import Doc

from embedkit.interfaces import ComponentOf, InputFolder, InputPath, NameOf, NeedsTrust

RESERVED = frozenset({"use", "trainable", "unseen", "share"})
"""Keys that recipes themselves give to a component's mapping."""


class _Parameters(BaseModel):
    """The base of every component's parameter model, and the model of components without parameters."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, protected_namespaces=(), allow_inf_nan=False
    )


def parameters_of(factory: Callable[..., Any]) -> type[BaseModel]:
    """Return a pydantic model with one strict field for each constructor parameter of a component.

    For a component that is a pydantic model, these are its own fields. A parameter is passed by keyword, even
    if it may be given by position. Raises TypeError for one that has no name of its own (positional-only,
    `*args`, `**kwargs`), no annotation, or a name that recipes use themselves.
    """
    if not _constructor(factory):
        return _Parameters
    hints = _hints(factory)
    fields: dict[str, tuple[Any, Any]]
    if _is_model(factory):
        fields = {
            name: _model_field(name, hints[name], field) for name, field in factory.model_fields.items()
        }
    else:
        fields = {p.name: _field(p, hints) for p in inspect.signature(factory).parameters.values()}
    name = getattr(factory, "__name__", type(factory).__name__)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r'Field name "\w+" .*shadows an attribute', UserWarning)
        return create_model(name, __base__=_Parameters, **fields)  # type: ignore[call-overload,no-any-return]


def _constructor(factory: Callable[..., Any]) -> Any:
    """Return the callable that takes the parameters; None for a class without a constructor of its own."""
    if not inspect.isclass(factory):
        return factory
    constructor: Any = factory.__init__
    inherited = constructor is object.__init__ or constructor.__module__ == "typing"  # a Protocol's
    return None if inherited else constructor


@cache
def _hints(factory: Callable[..., Any]) -> Mapping[str, Any]:
    """Return the type hints of the constructor, resolved and cached."""
    constructor = factory if _is_model(factory) else _constructor(factory)
    return get_type_hints(constructor, include_extras=True) if constructor else {}


def _is_model(factory: Any) -> TypeGuard[type[BaseModel]]:
    return inspect.isclass(factory) and issubclass(factory, BaseModel)


def _model_field(name: str, hint: Any, field: FieldInfo) -> tuple[Any, Any]:
    """Return the type hint and field of a component that is a pydantic model, with its bounds and default.

    Raises TypeError for a field with an alias, or with a name that recipes use themselves.
    """
    if field.alias is not None:
        raise TypeError(f"field '{name}' has an alias: a recipe's key is the name of the field itself")
    _refuse_reserved(name)
    described = copy(field)
    described.description = field.description or _documentation(hint)
    return hint, described


def _field(parameter: inspect.Parameter, hints: Mapping[str, Any]) -> tuple[Any, Any]:
    if parameter.kind not in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD):
        raise TypeError(f"constructor parameter '{parameter}' cannot be passed by keyword")
    _refuse_reserved(parameter.name)
    if parameter.name not in hints:
        raise TypeError(f"constructor parameter '{parameter.name}' has no annotation")
    hint = hints[parameter.name]
    default = ... if parameter.default is inspect.Parameter.empty else parameter.default
    return hint, Field(default, description=_documentation(hint))


def _refuse_reserved(name: str) -> None:
    if name in RESERVED:
        raise TypeError(f"constructor parameter '{name}' is named like a key of every recipe")


def _documentation(hint: Any) -> str | None:
    return next((part.documentation for part in _parts(hint) if isinstance(part, Doc)), None)


def input_paths(factory: Callable[..., Any]) -> frozenset[str]:
    """Return the names of the parameters for files (`InputPath`, `InputPath | None`) or folders to read."""
    return _marked(factory, get_args(InputPath)[1]) | input_folders(factory)


def input_folders(factory: Callable[..., Any]) -> frozenset[str]:
    """Return the names of the parameters for folders to read from (`InputFolder`)."""
    return _marked(factory, get_args(InputFolder)[1])


def needs_trust(factory: Callable[..., Any]) -> frozenset[str]:
    """Return the names of the parameters by which a recipe asks to run code in a file (`NeedsTrust`)."""
    return _marked(factory, get_args(NeedsTrust)[1])


def _marked(factory: Callable[..., Any], mark: object) -> frozenset[str]:
    return frozenset(name for name, parts in _annotations(factory).items() if mark in parts)


def nested_kinds(factory: Callable[..., Any]) -> dict[str, str]:
    """Return the parameters that take components (`ComponentOf`), each with the kind of component."""
    marks = _annotations(factory)
    return {
        name: part.kind for name, parts in marks.items() for part in parts if isinstance(part, ComponentOf)
    }


def named_kinds(factory: Callable[..., Any]) -> dict[str, str]:
    """Return the parameters that take a component's name (`NameOf`), each with the kind of component."""
    marks = _annotations(factory)
    return {name: part.kind for name, parts in marks.items() for part in parts if isinstance(part, NameOf)}


@cache
def _annotations(factory: Callable[..., Any]) -> Mapping[str, Sequence[Any]]:
    """Return all parts of the type hint of each constructor parameter, cached."""
    return {name: [*_parts(hint)] for name, hint in _hints(factory).items()}


def _parts(hint: Any) -> Iterator[Any]:
    """Yield the arguments of an annotation at every depth: members of unions, metadata of Annotated."""
    for part in get_args(hint):
        yield part
        yield from _parts(part)
