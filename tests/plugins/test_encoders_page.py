"""The page of encoders names every one with every key, and its examples can be built."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from embedkit.plugin.registry import build_registry

pytestmark = pytest.mark.core

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "encoders.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## `([\w-]+)`\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
REGISTRY = build_registry()


def test_every_encoder_has_a_section_and_a_line_in_the_overview():
    assert sorted(SECTIONS) == REGISTRY.names("encoder")
    assert re.findall(r"^\| \[`([\w-]+)`\]\(#\1\) \|", PAGE, re.MULTILINE) == [*SECTIONS]


@pytest.mark.parametrize("name", SECTIONS)
def test_every_key_is_named_and_its_table_is_linked(name):
    fields = REGISTRY.get("encoder", name).parameters.model_fields
    (named,) = re.findall(r"^Keys?: (.*?)\. Types,", SECTIONS[name], re.MULTILINE)
    assert re.findall(r"`(\w+)`", named) == [*fields]
    assert all(field.description for field in fields.values())
    assert f"[`{name}`](components.md#encoder-{name})." in SECTIONS[name]


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_has_its_source_and_an_example_that_can_be_built(name):
    import yaml

    section = SECTIONS[name]
    assert re.search(r"^Source: .*\d{4}, \"", section, re.MULTILINE)
    (example,) = re.findall(r"^```yaml\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    keys = yaml.safe_load(example)["encoder"]
    assert keys.pop("use") == name
    component = REGISTRY.get("encoder", name)
    component.factory(**component.parameters.model_validate_json(json.dumps(keys)).model_dump())
