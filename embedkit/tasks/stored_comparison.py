"""A comparison in the file into which `embedkit compare --json` was printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from embedkit.errors import Fault, RunError
from embedkit.evaluation.comparison.plain import PlainComparison
from embedkit.evaluation.comparison.result import Comparison
from embedkit.runs.files import read_json
from embedkit.runs.json_schemas import damage_reported

LARGEST = 512 << 20
"""Bytes that such a file may have: it has every text that comes out differently, for each pair of runs."""

HINT = "Name the directory of a run, or a file into which `embedkit compare RUN RUN… --json` was printed."


def read_comparison(path: Path) -> Comparison:
    """Return the comparison in a JSON file; its runs need not be there any more.

    Raises RunError if the file cannot be read, is no comparison, or has a figure that cannot be.
    """
    try:
        content = read_json(path, LARGEST)
    except RunError as error:
        raise RunError(*(replace(fault, hint=HINT) for fault in error.faults)) from error
    if not isinstance(content, Mapping) or not PlainComparison.__annotations__.keys() <= content.keys():
        raise RunError(Fault("this file is no comparison of runs", where=str(path), hint=HINT))
    with damage_reported(path):
        return Comparison.from_plain(content)
