"""The recipes of `mapped/` run by the command in their first line, on rows of the real data."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from embedkit.cli import main
from embedkit.recipe.bundled import bundled_recipes
from embedkit.runs.run import Run

pytestmark = pytest.mark.skipif(not os.environ.get("EMBEDKIT_DATA"), reason="EMBEDKIT_DATA is not set")
VECTORS = "vectors/glove6b-100d.mr-sst.ctool.bin"
ROWS = 150


@pytest.fixture(scope="module")
def few_rows(tmp_path_factory):
    """A folder like that of EMBEDKIT_DATA, with some rows of each file, and their folds."""
    whole, folder = Path(os.environ["EMBEDKIT_DATA"]), tmp_path_factory.mktemp("data")
    (folder / VECTORS).parent.mkdir()
    (folder / VECTORS).symlink_to(whole / VECTORS)
    for file in [*whole.glob("mr.*"), *whole.glob("sst2.*.tsv")]:
        rows = file.read_bytes().removesuffix(b"\n").split(b"\n")
        (folder / file.name).write_bytes(b"\n".join(rows[:: len(rows) // ROWS]) + b"\n")
    return folder


def run(name, out, *more):
    command = bundled_recipes()[name].command
    assert command == f"embedkit run {name}"
    with pytest.raises(SystemExit) as ended:
        main([*shlex.split(command)[1:], "--out", str(out), "-q", *more])
    assert ended.value.code == 0
    return Run(out)


@pytest.mark.parametrize(("name", "more"), [("mr", ["--set", "data.folds.only=0"]), ("sst2", [])])
def test_three_policies_are_compared_on_the_same_texts(name, more, few_rows, tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_DATA", str(few_rows))
    made = run(f"mapped/{name}", tmp_path / "made", *more)
    fits = {job.path.name: [fit.policy for fit in job.fits] for job in made.jobs}
    assert sorted(map(str, fits.values())) == ["['mapped']", "[]", "[]"]
    assert {score.mean is not None for score in made.ranking.candidates.values()} == {True}
    assert len(made.ranking.candidates) == 3


def test_holes_of_a_trained_matrix_begin_mapped(few_rows, tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_DATA", str(few_rows))
    shorter = ("--set", "data.folds.only=0", "--set", "training.epochs=1")
    made = run("mapped/mr-nonstatic", tmp_path / "made", *shorter)
    (fit,) = made.fits
    via = made.vocabulary["via"].value_counts()
    assert via["mapped"] == fit.words > 0
    assert via["uniform"] > 0
