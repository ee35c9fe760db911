"""The JSON Schema (draft 2020-12) of recipes, for editors that complete and check YAML.

https://json-schema.org/draft/2020-12
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from embedkit.errors import ComponentError
from embedkit.hookspecs import KINDS
from embedkit.plugin.registry import Component, Registry
from embedkit.recipe.baseline import BaselineRecipe
from embedkit.recipe.document import KeyPath
from embedkit.recipe.evaluation import EvaluationRecipe
from embedkit.recipe.intrinsic import IntrinsicRecipe
from embedkit.recipe.matrix_schema import matrix_schema
from embedkit.recipe.ranking import RankingRecipe
from embedkit.recipe.schema import AnyRecipe, Recipe
from embedkit.recipe.sections.section import Section, field_at
from embedkit.recipe.several import CANDIDATES
from embedkit.recipe.slots import DEFAULTS, SHARES, Slot, slots_of
from embedkit.recipe.text_encoder import SPECS, TextEncoderRecipe

Json = dict[str, Any]
Names = Mapping[str, Sequence[str]]
"""The names of components by kind, built-in ones first."""


def json_schema(registry: Registry) -> Json:
    """Return the schema of recipes that use the registry's components; names claimed twice are left out."""
    text_encoders = registry.names("text-encoder")
    schemas = [schema for schema in SCHEMAS if text_encoders or schema is not TextEncoderRecipe]
    kinds = sorted({slot.kind for schema in schemas for slot in slots_of(schema).values()})
    names = {name: (*kind.built_in, *registry.names(name)) for name, kind in KINDS.items()}
    known = registry.components()
    definitions = {kind: _kind([c for c in known if c.kind == kind], names) for kind in kinds}
    for schema in schemas:
        definitions |= _sections(schema)
    definitions["MatrixRecipe"] = matrix_schema(definitions)
    network = _by_embedding(text_encoders)
    definitions |= _ranking(network)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "embedkit recipe",
        **_by_key(_KINDS, network),
        "$defs": definitions,
    }


SCHEMAS: tuple[type[AnyRecipe], ...] = (
    Recipe,
    TextEncoderRecipe,
    BaselineRecipe,
    EvaluationRecipe,
    IntrinsicRecipe,
)
"""The kinds of recipe that stand for one run."""

_KINDS = {
    CANDIDATES: "RankingRecipe",
    "matrix": "MatrixRecipe",
    "intrinsic": "IntrinsicRecipe",
    "model": "EvaluationRecipe",
    "baseline": "BaselineRecipe",
}
"""The definitions of recipes by the key that only they have."""


def _by_key(kinds: Mapping[str, str], other: Json) -> Json:
    """Return the schema of a recipe of the first of `kinds` whose key it has, or else `other`."""
    if not kinds:
        return other
    (key, name), *others = kinds.items()
    return {
        "if": {"required": [key]},
        "then": {"$ref": f"#/$defs/{name}"},
        "else": _by_key(dict(others), other),
    }


def _by_embedding(text_encoders: Sequence[str]) -> Json:
    """Return the schema of a TextEncoderRecipe if `embedding` names a text encoder, or else a Recipe."""
    recipe = {"$ref": "#/$defs/Recipe"}
    if not text_encoders:
        return recipe
    names = {"enum": [*text_encoders]}
    either = {"anyOf": [names, {"type": "object", "properties": {"use": names}, "required": ["use"]}]}
    return {
        "if": {"required": ["embedding"], "properties": {"embedding": either}},
        "then": {"$ref": "#/$defs/TextEncoderRecipe"},
        "else": recipe,
    }


def _ranking(network: Json) -> Json:
    """Return the definitions of a ranking, whose candidates are recipes that train a model."""
    root = RankingRecipe.model_json_schema()
    definitions = {"RankingSettings": root.pop("$defs")["RankingSettings"], "RankingRecipe": root}
    root["required"].remove("name")
    root["properties"][CANDIDATES]["additionalProperties"] = _by_key({"baseline": "BaselineRecipe"}, network)
    return definitions


def _sections(schema: type[Section]) -> Json:
    """Return the definitions of a recipe and its sections, with components as references to their kinds."""
    root = schema.model_json_schema()
    definitions: Json = root.pop("$defs")
    definitions[schema.__name__] = root
    for path, slot in slots_of(schema).items():
        if field_at(schema, path):
            holder = _follow(root, path[:-1], definitions)
            holder["properties"][path[-1]] = _slot(path, slot, holder["properties"][path[-1]])
            if path in DEFAULTS:
                _make_optional(root, path, definitions)
    for path, default in schema.default_components.items():
        _follow(root, path[:-1], definitions)["properties"][path[-1]]["default"] = default
        _make_optional(root, path, definitions)
    root["required"].remove("name")
    for spec in ("ComponentSpec", "EmbeddingSpec", "TextEncoderSpec", "Last"):
        definitions.pop(spec, None)
    return definitions


def _follow(node: Json, path: KeyPath, definitions: Json) -> Json:
    """Return the definition that the property at `path` refers to."""
    for part in path:
        node = definitions[node["properties"][part]["$ref"].rpartition("/")[2]]
    return node


def _slot(path: KeyPath, slot: Slot, generated: Json) -> Json:
    """Return the schema of a place for components, with pydantic's description, bounds and default."""
    kind = {"$ref": f"#/$defs/{slot.kind}"}
    kept = {key: value for key, value in generated.items() if key in ("description", "minItems", "default")}
    if slot.many:
        listed = {"type": "array", "items": kind}
        either = {"anyOf": [listed, {"type": "null"}]} if "anyOf" in generated else listed
        return {"default": [*DEFAULTS[path]], **kept, **either}
    if "anyOf" in generated and path in SHARES:
        return {**kept, "anyOf": [kind, {"$ref": "#/$defs/Share"}, {"type": "null"}]}
    if slot.optional:
        return {**kept, "anyOf": [kind, {"type": "null"}]}
    return {**kept, **kind}


def _make_optional(root: Json, path: KeyPath, definitions: Json) -> None:
    """Remove the key at `path`, which has a default, from the required keys.

    A section that requires no other key is then made optional as well, and so on upwards.
    """
    for end in range(len(path), 0, -1):
        holder = _follow(root, path[: end - 1], definitions)
        required = holder.get("required", [])
        if path[end - 1] not in required:
            return
        required.remove(path[end - 1])
        if required:
            return
        del holder["required"]


def _kind(components: Sequence[Component], names: Names) -> Json:
    """Return the schema of one of `components`: a bare name if no parameter is required, or a mapping."""
    claims = Counter(component.name for component in components)
    schemas = {
        component.name: _component(component, names)
        for component in components
        if claims[component.name] == 1
    }
    bare = [name for name, schema in schemas.items() if schema["required"] == ["use"]]
    return {"anyOf": [{"enum": bare}, *schemas.values()]}


def _component(component: Component, names: Names) -> Json:
    """Return the schema of a component's mapping; any keys are allowed if its constructor cannot be read."""
    use = {"use": {"const": component.name, "description": component.summary}}
    try:
        schema = component.parameters.model_json_schema()
    except ComponentError:
        return {"type": "object", "properties": use, "required": ["use"]}
    core = core_keys(component.kind)
    required = ["use", *schema.get("required", [])]
    return {
        **schema,
        "title": component.name,
        "properties": use | _referring(schema["properties"]) | _naming(component, names, schema) | core,
        "required": required,
    }


def core_keys(kind: str) -> Json:
    """Return the schemas of the keys that a recipe itself has beside the parameters of a component."""
    if kind not in SPECS:
        return {}
    spec = SPECS[kind].model_json_schema(ref_template="{model}")
    inner = spec.get("$defs", {})
    return {key: _inlined(spec["properties"][key], inner) for key in SPECS[kind].__annotations__}


def _inlined(node: Any, definitions: Json) -> Any:
    """Return a schema in which references to `definitions` are replaced by these."""
    if isinstance(node, list):
        return [_inlined(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return definitions[node["$ref"]]
    return {key: _inlined(item, definitions) for key, item in node.items()}


def _naming(component: Component, names: Names, schema: Json) -> Json:
    """Return the schemas of the parameters that name components, with the names that are allowed."""
    keys = {key: schema["properties"][key] for key in component.named}
    return {
        key: {**keys[key], "enum": [keys[key].get("default"), *names[kind]]}
        for key, kind in component.named.items()
    }


def _referring(node: Any) -> Any:
    """Return the schema with every component in it replaced by a reference to its kind."""
    if isinstance(node, list):
        return [_referring(item) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("component"), str):
        return {"$ref": f"#/$defs/{node['component']}"}
    return {key: _referring(value) for key, value in node.items()}
