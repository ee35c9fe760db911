"""The JSON Schema beside recipes, by which editors complete and check them.

A recipe names it in a comment that yaml-language-server reads:
https://github.com/redhat-developer/yaml-language-server#using-inlined-schema
"""

from __future__ import annotations

import json
import re

from embedkit.plugin.registry import Registry

SCHEMA_FILE = "embedkit.schema.json"
_COMMENT = re.compile(rb"^(# yaml-language-server: \$schema=)\S*", re.MULTILINE)


def naming_schema_beside(recipe: bytes) -> bytes:
    """Return a recipe whose comment for editors, if it has one, names the schema in its own folder."""
    return _COMMENT.sub(rb"\g<1>./" + SCHEMA_FILE.encode(), recipe, count=1)


def schema_text(registry: Registry) -> str:
    """Return the JSON Schema of recipes with the components of a registry, as its file has it."""
    from embedkit.recipe.json_schema import json_schema

    return json.dumps(json_schema(registry), indent=1, ensure_ascii=False) + "\n"
