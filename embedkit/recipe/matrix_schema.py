"""The JSON Schema of recipes with the key `matrix`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from embedkit.recipe.combinations.section import NOT_VARIED
from embedkit.recipe.several import EXCLUDE, INCLUDE, MATRIX

Json = dict[str, Any]

_ANY_OBJECT = {"type": "object"}
"""A section of which the matrix may give the rest."""


def matrix_schema(definitions: Json) -> Json:
    """Return the schema of a recipe with a matrix, from the definitions of single recipes.

    Its sections may lack keys that the matrix gives.
    """
    kinds = ("BaselineRecipe", "TextEncoderRecipe", "Recipe")
    found = [definitions[kind]["properties"] for kind in kinds if kind in definitions]
    properties = {key: value for each in found for key, value in each.items()}
    embeddings = [each["embedding"] for each in found if "embedding" in each]
    if len(embeddings) > 1:
        other = {key: value for key, value in embeddings[-1].items() if key != "$ref"}
        references = [{"$ref": each["$ref"]} for each in embeddings]
        properties["embedding"] = {**other, "anyOf": references}
    own = {key: _loose(each) for key, each in properties.items()}
    section = {"anyOf": [_matrix(properties, definitions), {"type": "null"}]}
    return {
        "title": "MatrixRecipe",
        "description": "Many recipes: one for each combination of the values in `matrix`.",
        "type": "object",
        "properties": {**own, MATRIX: section},
        "required": [MATRIX],
        "additionalProperties": False,
    }


def _loose(schema: Json) -> Json:
    """Return the schema of a key, in which a section or a component may lack what the matrix gives."""
    references = [each for each in schema.get("anyOf", [schema]) if "$ref" in each]
    if not references or schema.get("type") == "array":
        return schema
    others = {key: value for key, value in schema.items() if key not in ("$ref", "anyOf")}
    return {**others, "anyOf": [*({"$ref": each["$ref"]} for each in references), _ANY_OBJECT]}


def _matrix(properties: Json, definitions: Json) -> Json:
    """Return the schema of the section `matrix`: a list of values for every key of a recipe."""
    values = dict(_varied(properties, definitions))
    listed = {key: {"type": "array", "minItems": 1, "items": value} for key, value in values.items()}
    any_list = {"type": "array", "minItems": 1}
    return {
        "description": "Keys of the recipe, dotted within sections, each with a list of values.",
        "type": "object",
        "minProperties": 1,
        "properties": {
            **listed,
            INCLUDE: _items("Combinations to add, or keys to add to those that they match.", values),
            EXCLUDE: _items("Combinations to leave out: all that have these values.", {}),
        },
        "additionalProperties": any_list,
    }


def _items(description: str, values: Json) -> Json:
    item = {"type": "object", "minProperties": 1, "properties": values}
    return {"description": description, "type": "array", "items": item}


def _varied(properties: Json, definitions: Json, prefix: str = "") -> Iterator[tuple[str, Json]]:
    """Yield the dotted keys that a matrix can vary, each with its schema, those of sections included."""
    for key, schema in properties.items():
        if prefix or key not in NOT_VARIED:
            yield f"{prefix}{key}", schema
            inner = definitions.get(schema.get("$ref", "").rpartition("/")[2], {})
            if inner.get("properties"):
                yield from _varied(inner["properties"], definitions, f"{prefix}{key}.")
