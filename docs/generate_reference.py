"""Write the pages of the reference that follow from the code: `python docs/generate_reference.py [--check]`.

With `--check` it writes nothing, and its exit code is 1 if a page is not what the code says.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from reference_pages import command_line, components, conformance, errors, plugin_interface, recipe_keys

from embedkit.plugin.registry import build_registry

REFERENCE = Path(__file__).parent / "reference"


@cache
def pages() -> Mapping[str, str]:
    """Return the text of every generated page, by the name of its file."""
    registry = build_registry()
    return {
        "components.md": components.render(registry),
        "recipe-keys.md": recipe_keys.render(registry),
        "command-line.md": command_line.render(),
        "plugin-interface.md": plugin_interface.render(),
        "errors.md": errors.render(),
        "conformance-checks.md": conformance.render(),
    }


def outdated(folder: Path) -> list[Path]:
    """Return the pages in `folder` that are missing, or not what the code says."""
    files = {folder / name: text for name, text in pages().items()}
    return [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or check them, and return the exit code."""
    parser = argparse.ArgumentParser(
        description="Write the pages of the reference that follow from the code."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a page differs")
    if parser.parse_args(arguments).check:
        old = outdated(REFERENCE)
        for path in old:
            print(f"{path} is not what the code says: python docs/generate_reference.py")  # noqa: T201
        return 1 if old else 0
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
