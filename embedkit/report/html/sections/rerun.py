"""How a run can be repeated: its recipe, the versions, and the digests of its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from embedkit.report.html.blocks import Block, Cell, Code, Details, Figure, Note, Paragraph, Section, Table
from embedkit.runs import layout

if TYPE_CHECKING:
    from embedkit.runs.run import Run


def rerun_section(run: Run) -> Section:
    """Return the recipe, the versions of packages, the input files, and the digests of the run's files."""
    recipe = run.file(layout.RECIPE).read_text(encoding="utf-8")
    digests: list[list[Cell]] = [[name, digest] for name, digest in run.read_json(layout.MANIFEST).items()]
    blocks: list[Block] = [
        Paragraph(f"The recipe below, saved as {layout.RECIPE}, gives this run again:"),
        Code(f"embedkit run {layout.RECIPE}"),
        Details("Recipe", [Code(recipe)]),
    ]
    if run.has(layout.ENVIRONMENT):
        blocks += _environment(run)
    blocks.append(Details("Files of the run directory", [Table("SHA-256", ["file", "digest"], digests)]))
    return Section("again", "Run it again", blocks)


def _environment(run: Run) -> list[Block]:
    content = run.read_json(layout.ENVIRONMENT)
    rows: list[list[Cell]] = [[name, str(version)] for name, version in content.get("packages", {}).items()]
    inputs: list[list[Cell]] = [
        [key, each["path"], Figure(each["bytes"], f"{each['bytes']:,}"), _fingerprint(each)]
        for key, each in content.get("inputs", {}).items()
    ]
    said = f"Python {content.get('python')}, {content.get('platform')}"
    blocks: list[Block] = [Note(said), Details("Versions", [Table("Versions", ["package", "version"], rows)])]
    if inputs:
        blocks.append(
            Details("Input files", [Table("Input files", ["key", "file", "bytes", "fingerprint"], inputs)])
        )
    return blocks


def _fingerprint(entry: Mapping[str, object]) -> str:
    """Return the digest of an input file, with the name of its algorithm."""
    return ", ".join(
        f"{key} {value}" for key, value in entry.items() if key not in ("path", "files", "bytes")
    )
