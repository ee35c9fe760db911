"""The page of embeddings names every bundled one with its keys, and leads to their table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe
from embedkit.recipe.schema import EMBEDDING_KEYS

pytestmark = pytest.mark.core

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "embeddings.md").read_text(encoding="utf-8")
REGISTRY = build_registry()
NAMES = [
    c.name
    for c in REGISTRY.components()
    if c.kind == "embedding" and c.plugin.distribution == "embedkit-text"
]


def test_the_embeddings_are_counted():
    assert len(NAMES) == 13


@pytest.mark.parametrize("name", NAMES)
def test_every_embedding_is_documented_with_its_keys(name):
    assert re.search(rf"^\| \[?`{re.escape(name)}`(\]\(#[\w-]+\))? \|", PAGE, re.MULTILINE)
    fields = REGISTRY.get("embedding", name).parameters.model_fields
    assert not fields or f"[`{name}`](components.md#embedding-{name})" in PAGE
    for key, field in fields.items():
        assert field.description
        assert f"`{key}`" in PAGE


@pytest.mark.parametrize("key", EMBEDDING_KEYS)
def test_the_keys_of_every_embedding_are_documented(key):
    section = PAGE.partition("## Keys of every embedding")[2].partition("\n## ")[0]
    assert f"`{key}`" in section
    assert "(recipe-keys.md#embedding)" in section


def test_links_inside_the_page_lead_to_a_heading():
    headings = {re.sub(r"[^\w -]", "", line).strip().replace(" ", "-").lower()
                for line in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)}  # fmt: skip
    assert set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) <= headings


def test_the_recipes_on_the_page_load():
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        import yaml

        said = yaml.safe_load(block)
        rest = {
            "name": "page",
            "data": {"train": {"use": "inline", "texts": ["a", "b"], "labels": ["x", "y"]}},
            "tokenizer": "whitespace",
            "encoder": {"use": "rnn", "hidden_size": 2},
        }
        assert load_recipe({**rest, **said}, REGISTRY).embedding.use == said["embedding"]["use"]
