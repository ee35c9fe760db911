"""The base of all sections, and the spec of a component."""

# No `from __future__ import annotations`, as in every module of sections and recipes: pydantic evaluates
# annotations, and postponed ones are compiled anew for each class that inherits them, a tenth of its time.
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from embedkit.recipe.document import KeyPath, Plain
from embedkit.recipe.frozen import FrozenMapping, freeze, thaw


class Section(BaseModel):
    """A mapping in a recipe: frozen, strict about types, closed to unknown keys.

    `default_components` are the components that stand where a recipe of this kind names none, by key, in
    addition to those that are the same for all kinds. `other_kinds` are the kinds of component that stand
    where recipes of other kinds have components of another kind, by key.
    """

    default_components: ClassVar[Mapping[KeyPath, Plain]] = {}
    other_kinds: ClassVar[Mapping[KeyPath, str]] = {}

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        protected_namespaces=(),
        defer_build=True,
    )

    def to_plain(self) -> dict[str, Any]:
        """Return the section as it stands in YAML, with every default, keys in the order of the schema."""
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
        Mapping[str, Any], AfterValidator(freeze), Field(default_factory=lambda: FrozenMapping({}))
    ]

    def to_plain(self) -> str | dict[str, Any]:
        """Return the component as it stands in YAML: its name if it has no parameters, else a mapping."""
        return {"use": self.use, **thaw(self.parameters)} if self.parameters else self.use


def spec_of(plain: str | Plain) -> ComponentSpec:
    """Return the spec of a component, given as plain data in the form that `to_plain` returns."""
    said = {"use": plain} if isinstance(plain, str) else dict(plain)
    return ComponentSpec(use=said.pop("use"), parameters=said)


def field_at(schema: type[Section], path: KeyPath) -> FieldInfo | None:
    """Return the field at `path` in a section, or in sections inside it; None if there is none."""
    *holders, key = path
    for holder in holders:
        inner = _sections_in(schema.model_fields.get(str(holder)))
        if not inner:
            return None
        schema = inner[0]
    return schema.model_fields.get(str(key))


def keys_of(schema: type[Section]) -> dict[KeyPath, tuple[str, ...]]:
    """Return the keys of a section, at (), and of the sections inside it, by the path to each."""
    keys: dict[KeyPath, tuple[str, ...]] = {(): tuple(schema.model_fields)}
    for name, field in schema.model_fields.items():
        for kind in _sections_in(field):
            keys |= {(name, *path): inner for path, inner in keys_of(kind).items()}
    return keys


def _sections_in(field: FieldInfo | None) -> list[type[Section]]:
    """Return the types of section that a field may hold."""
    kinds = (field.annotation, *get_args(field.annotation)) if field else ()
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Section)]
