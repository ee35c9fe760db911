"""Every key of every kind of recipe, from the JSON Schema by which editors complete recipes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from embedkit.cli.inventory import described_type
from embedkit.hookspecs import KINDS
from embedkit.plugin.registry import Registry, describe_kind
from embedkit.recipe.combinations.section import NOT_VARIED
from embedkit.recipe.dump import dump_inline
from embedkit.recipe.json_schema import json_schema

from .components import PAGES as SECTIONS_OF
from .keys import in_prose
from .markdown import anchor, code, page, paragraph, plain, table

INTRODUCTION = """\
Every key that a recipe may have, by the kind of recipe. Keys inside a section are written with a dot, as in
`--set data.max_length=60`. The type of a component is its kind: [Components](components.md) has those that
come with embedkit, with their own keys. [Recipes](recipes.md) explains the sections and has examples."""

RECIPES = {
    "Recipe": ("Recipes that train a model on word vectors", ""),
    "TextEncoderRecipe": ("Recipes with a text encoder", " with a text encoder"),
    "BaselineRecipe": ("Recipes with `baseline`", " with `baseline`"),
    "EvaluationRecipe": ("Recipes with `model`", " with `model`"),
    "IntrinsicRecipe": ("Recipes with `intrinsic`", " with `intrinsic`"),
    "RankingRecipe": ("Recipes with `candidates`", " with `candidates`"),
}
"""The heading of each kind of recipe, by its definition, and what tells its sections from others."""

EMBEDDING = """\
Every [embedding](components.md#embeddings) takes these keys, too: they stand beside its own."""

TEXT_ENCODER = """\
Every [text encoder](components.md#text-encoders) takes these keys, too: they stand beside its own."""

MATRIX = f"""\
A recipe with `matrix` stands for one recipe per combination of values. Its other keys are those of a recipe
that trains a model, or a baseline; the matrix may give what they lack. Any of them may be varied, except
{", ".join(map(code, sorted(NOT_VARIED)))}: [Matrix](recipes.md#matrix-many-recipes-in-one)."""


@dataclass
class Sections:
    """The sections of recipes: their definitions by name, and the headings of those that are written."""

    definitions: Mapping[str, Any]
    headings: dict[str, str] = field(default_factory=dict)

    def of(self, name: str, heading: str, prefix: str, suffix: str) -> Iterator[str]:
        """Yield the heading and the table of a section, and of each section in it that is not written yet."""
        definition = self.definitions[name]
        new = self._entered(definition, prefix, suffix)
        yield heading
        yield paragraph(definition["description"])
        yield self.table(definition, prefix)
        for inner, key in new.items():
            yield from self.of(inner, f"### {self.headings[inner]}", f"{key}.", suffix)

    def table(self, definition: Mapping[str, Any], prefix: str) -> str:
        """Return the table of the keys of a definition."""
        required = definition.get("required", [])
        rows = (
            (code(f"{prefix}{key}"), self._type(schema), _default(schema, key in required), _meaning(schema))
            for key, schema in definition["properties"].items()
        )
        return table(("key", "type", "default", "meaning"), rows)

    def _entered(self, definition: Mapping[str, Any], prefix: str, suffix: str) -> dict[str, str]:
        """Give each section in a definition a heading, if it has none, and return their keys by name.

        A heading that is taken, as that of another kind of recipe, is followed by `suffix`.
        """
        new = {}
        for key, schema in definition["properties"].items():
            for name in map(_referred, (schema, *schema.get("anyOf", ()))):
                if name and name not in KINDS and name not in self.headings:
                    heading = code(f"{prefix}{key}")
                    taken = heading in self.headings.values()
                    self.headings[name] = f"{heading}{suffix}" if taken else heading
                    new[name] = f"{prefix}{key}"
        return new

    def _type(self, schema: Mapping[str, Any]) -> str:
        """Return the type of a key, with a link to the table of a section or the components of a kind."""
        words = in_prose(described_type(schema)).split(" ")
        return " ".join(self._linked(word) for word in words)

    def _linked(self, word: str) -> str:
        if word in self.headings:
            return f"[section](#{anchor(self.headings[word])})"
        if word not in SECTIONS_OF:
            return word
        return f"[{describe_kind(word)}](components.md#{anchor(SECTIONS_OF[word][0])})"


def _referred(schema: Mapping[str, Any]) -> str:
    """Return the name of the definition that a schema refers to; empty if it is no reference."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def render(registry: Registry) -> str:
    """Return the page of all keys of recipes."""
    schema = json_schema(registry)
    sections = Sections(schema["$defs"])
    blocks = [paragraph(INTRODUCTION)]
    for name, (title, suffix) in RECIPES.items():
        blocks += sections.of(name, f"## {title}", "", suffix)
        if name == "Recipe":
            blocks += _core_keys(sections, "embedding", "### `embedding`", EMBEDDING)
        if name == "TextEncoderRecipe":
            heading = "### `embedding` with a text encoder"
            blocks += _core_keys(sections, "text-encoder", heading, TEXT_ENCODER)
    return page("Recipe keys", *blocks, *_matrix(sections))


def _core_keys(sections: Sections, kind: str, heading: str, introduction: str) -> Iterator[str]:
    """Yield the keys that every component of a kind has in the section `embedding` besides its own."""
    from embedkit.recipe.json_schema import core_keys

    yield heading
    yield paragraph(introduction)
    yield sections.table({"properties": core_keys(kind)}, "embedding.")


def _matrix(sections: Sections) -> Iterator[str]:
    """Yield what the section `matrix` takes."""
    matrix = sections.definitions["MatrixRecipe"]["properties"]["matrix"]["anyOf"][0]
    own = {key: matrix["properties"][key] for key in ("include", "exclude")}
    rows = [(code(key), "list of mapping", code("[]"), each["description"]) for key, each in own.items()]
    yield "## Recipes with `matrix`"
    yield paragraph(MATRIX)
    any_key = ("a dotted key", "list of its values", "none", matrix["description"])
    yield table(("key in `matrix`", "type", "default", "meaning"), [any_key, *rows])


def _default(schema: Mapping[str, Any], required: bool) -> str:
    if required:
        return "required"
    return code(dump_inline(schema["default"])) if "default" in schema else ""


def _meaning(schema: Mapping[str, Any]) -> str:
    return plain(str(schema.get("description", "")))
