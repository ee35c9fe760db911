"""Plain data as YAML that means the same in YAML 1.2 and YAML 1.1."""

from __future__ import annotations

import re
from typing import Any

import yaml

from embedkit.recipe import scalars


class _Dumper(yaml.SafeDumper):
    """Quotes every text that either version would read as another type."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Return True: repeated data are written out each time, without anchors and aliases."""
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = '"' if not text.isprintable() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)
_SCALARS: dict[str, re.Pattern[str]] = {"int": scalars.INTEGER, "float": scalars.FLOAT}
for _tag, _pattern in _SCALARS.items():
    _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _pattern, [*"-+.0123456789"])


def dump(data: Any, ascii_only: bool = False) -> str:
    """Write `data` as block-style YAML, one scalar per line, keys in their order, and return the text.

    If `ascii_only`, all other characters are escaped.
    """
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=not ascii_only, width=float("inf"))


def dump_inline(data: Any) -> str:
    """Return `data` as YAML on one line, as in `{use: random, dim: 50}`."""
    text = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, default_flow_style=True, width=float("inf"), allow_unicode=True
    )
    return text.removesuffix("\n").removesuffix("\n...")
