"""From a constructor's signature to a pydantic model: one signature yields check, schema and docs."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping
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
    """What every component's model is like; the model itself of those that take no parameters."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, protected_namespaces=(), allow_inf_nan=False
    )


def parameters_of(factory: Callable[..., Any]) -> type[BaseModel]:
    """Return a model with one strict field for each parameter, or, of a pydantic model, each field.

    A parameter is passed by keyword, whether it may be given by position too or not. Raises TypeError for one
    that has no name of its own (positional-only, `*args`, `**kwargs`) or no annotation.
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
    """What takes the parameters; None for a class that has no constructor of its own."""
    if not inspect.isclass(factory):
        return factory
    constructor: Any = factory.__init__
    inherited = constructor is object.__init__ or constructor.__module__ == "typing"  # a Protocol's
    return None if inherited else constructor


@cache
def _hints(factory: Callable[..., Any]) -> Mapping[str, Any]:
    """The constructor's annotations, resolved once."""
    constructor = factory if _is_model(factory) else _constructor(factory)
    return get_type_hints(constructor, include_extras=True) if constructor else {}


def _is_model(factory: Any) -> TypeGuard[type[BaseModel]]:
    return inspect.isclass(factory) and issubclass(factory, BaseModel)


def _model_field(name: str, hint: Any, field: FieldInfo) -> tuple[Any, Any]:
    """A field of a component that is a pydantic model, with its own bounds and default."""
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
    """The names of the parameters that name files (`InputPath`, `InputPath | None`) or folders to be read."""
    return _marked(factory, get_args(InputPath)[1]) | input_folders(factory)


def input_folders(factory: Callable[..., Any]) -> frozenset[str]:
    """The names of the parameters that name folders to be read from (`InputFolder`)."""
    return _marked(factory, get_args(InputFolder)[1])


def needs_trust(factory: Callable[..., Any]) -> frozenset[str]:
    """The names of the parameters by which a recipe says that code in a file has to run (`NeedsTrust`)."""
    return _marked(factory, get_args(NeedsTrust)[1])


def _marked(factory: Callable[..., Any], mark: object) -> frozenset[str]:
    return frozenset(name for name, hint in _hints(factory).items() if mark in _parts(hint))


def nested_kinds(factory: Callable[..., Any]) -> dict[str, str]:
    """The parameters that take components themselves (`ComponentOf`), and the kind of these."""
    marks = {name: [*_parts(hint)] for name, hint in _hints(factory).items()}
    return {
        name: part.kind for name, parts in marks.items() for part in parts if isinstance(part, ComponentOf)
    }


def named_kinds(factory: Callable[..., Any]) -> dict[str, str]:
    """The parameters that name components (`NameOf`), and the kind of these."""
    marks = {name: [*_parts(hint)] for name, hint in _hints(factory).items()}
    return {name: part.kind for name, parts in marks.items() for part in parts if isinstance(part, NameOf)}


def _parts(hint: Any) -> Iterator[Any]:
    """The annotation's arguments at every depth: members of unions, metadata of Annotated."""
    for part in get_args(hint):
        yield part
        yield from _parts(part)
