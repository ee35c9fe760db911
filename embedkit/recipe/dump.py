"""Plain data as YAML that says the same to readers of YAML 1.2 and of YAML 1.1."""

from __future__ import annotations

import re
from typing import Any

import yaml

from embedkit.recipe import scalars


class _Dumper(yaml.SafeDumper):
    """Quotes every text that either version would take for something else."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Say everything where it stands."""
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = '"' if not text.isprintable() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)
_SCALARS: dict[str, re.Pattern[str]] = {"int": scalars.INTEGER, "float": scalars.FLOAT}
for _tag, _pattern in _SCALARS.items():
    _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _pattern, [*"-+.0123456789"])


def dump(data: Any, ascii_only: bool = False) -> str:
    """Block-style YAML, one scalar a line, keys in the order they have; if so, with escapes for the rest."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=not ascii_only, width=float("inf"))
