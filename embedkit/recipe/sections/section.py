"""What every section is, and a component by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from embedkit.recipe.document import KeyPath


def freeze(value: Any) -> Any:
    """Plain data that cannot be changed: lists as tuples, mappings as read-only views of a copy."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: freeze(item) for key, item in value.items()})
    return tuple(map(freeze, value)) if isinstance(value, list | tuple) else value


def thaw(value: Any) -> Any:
    """The plain data, dicts and lists, that a frozen value or a section stands for."""
    if isinstance(value, ComponentSpec | Section):
        return value.to_plain()
    if isinstance(value, Mapping):
        return {key: thaw(item) for key, item in value.items()}
    return [thaw(item) for item in value] if isinstance(value, list | tuple) else value


class Section(BaseModel):
    """A mapping in a recipe: frozen, strict about types, closed to unknown keys."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        protected_namespaces=(),
        defer_build=True,
    )

    def to_plain(self) -> dict[str, Any]:
        """The mapping as it stands in YAML, every default filled in, keys in the order of the schema."""
        return {key: thaw(value) for key, value in self}


class ComponentSpec(BaseModel):
    """A component by name, with the parameters its constructor takes, defaults filled in.

    In YAML a mapping `{use: NAME, ...parameters}`, or the bare name. `parameters` are plain data, frozen.
    """

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", protected_namespaces=(), defer_build=True
    )

    use: str
    parameters: Annotated[
        Mapping[str, Any], AfterValidator(freeze), Field(default_factory=lambda: MappingProxyType({}))
    ]

    def to_plain(self) -> str | dict[str, Any]:
        """The component as it stands in YAML: its name where it has no parameters, or else a mapping."""
        return {"use": self.use, **thaw(self.parameters)} if self.parameters else self.use


def spec_of(plain: str | Mapping[str, Any]) -> ComponentSpec:
    """The component that `plain`, what `to_plain` gives, stands for."""
    said = {"use": plain} if isinstance(plain, str) else dict(plain)
    return ComponentSpec(use=said.pop("use"), parameters=said)


def keys_of(schema: type[Section]) -> dict[KeyPath, tuple[str, ...]]:
    """The keys of a section, at (), and of the sections in it, by the path to each."""
    keys: dict[KeyPath, tuple[str, ...]] = {(): tuple(schema.model_fields)}
    for name, field in schema.model_fields.items():
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, Section):
                keys |= {(name, *path): inner for path, inner in keys_of(kind).items()}
    return keys
