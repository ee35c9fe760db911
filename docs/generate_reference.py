"""Write what follows from the code: pages of the reference, and the JSON Schema beside the bundled recipes.

`python docs/generate_reference.py [--check]`: with `--check` it writes nothing, and its exit code is 1 if a
file is not what the code says.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from reference_pages import command_line, components, conformance, errors, plugin_interface, recipe_keys

from embedkit.plugin.registry import build_registry
from embedkit.recipe.editors import SCHEMA_FILE, schema_text

ROOT = Path(__file__).parents[1]


@cache
def pages() -> Mapping[str, str]:
    """Return the text of everything that is generated, by its path in the repository."""
    registry = build_registry()
    reference = {
        "components": components.render(registry),
        "recipe-keys": recipe_keys.render(registry),
        "command-line": command_line.render(),
        "plugin-interface": plugin_interface.render(),
        "errors": errors.render(),
        "conformance-checks": conformance.render(),
    }
    files = {f"docs/reference/{name}.md": text for name, text in reference.items()}
    return {**files, f"recipes/{SCHEMA_FILE}": schema_text(registry.only_bundled())}


def outdated(root: Path) -> list[Path]:
    """Return the files in the repository `root` that are missing, or not what the code says."""
    files = {root / name: text for name, text in pages().items()}
    return [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or check them, and return the exit code."""
    parser = argparse.ArgumentParser(description="Write the files that follow from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a file differs")
    if parser.parse_args(arguments).check:
        old = outdated(ROOT)
        for path in old:
            print(f"{path} is not what the code says: python docs/generate_reference.py")  # noqa: T201
        return 1 if old else 0
    for name, text in pages().items():
        (ROOT / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
