"""Folds and seeds in processes: the files of a run are those that one process writes."""

from __future__ import annotations

import pytest

import embedkit
from embedkit.errors import DataError, RunError
from embedkit.runs.directory import partial_of
from embedkit.runs.reporter import Reporter

OWN = {"log.jsonl", "history.csv", "manifest.json", "environment.json"}
"""Files with times, and with what differs between processes."""


@pytest.fixture
def folds(small):
    data = {"train": small["data"]["train"], "folds": {"count": 2}}
    return {**small, "data": data, "seeds": [1, 2]}


class Told(Reporter):
    def __init__(self):
        self.lines = []

    def jobs(self, count):
        self.lines.append(count)

    def job(self, name, ending, number, of):
        self.lines.append((name, ending, number, of))


def files(run):
    return {path.relative_to(run): path for path in run.rglob("*") if path.is_file()}


def test_folds_and_seeds_are_the_same_in_processes_and_finished_ones_are_not_repeated(folds, tmp_path):
    serial = embedkit.run(folds, out=tmp_path / "serial").path
    told = Told()
    out = tmp_path / "parallel"
    parallel = embedkit.run(folds, out=out, reporter=told, executor="processes", jobs=2).path
    one, other = files(serial), files(parallel)
    assert one.keys() == other.keys()
    for name in one:
        if name.name not in OWN:
            assert one[name].read_bytes() == other[name].read_bytes(), name
    names = [f"fold-{fold}-seed-{seed}" for fold in (0, 1) for seed in (1, 2)]
    assert told.lines[0] == 4
    assert sorted(line[0] for line in told.lines[1:]) == names
    assert [line[2:] for line in told.lines[1:]] == [(number, 4) for number in (1, 2, 3, 4)]


def test_the_first_fold_that_fails_ends_the_run_by_its_error(folds, tmp_path):
    missing = {"data.train": {"use": "csv", "path": f"{tmp_path}/texts.csv"}}
    (tmp_path / "texts.csv").write_text("text,label\na,b\n")
    with pytest.raises(DataError) as caught:
        embedkit.run(folds, out=tmp_path / "run", set=missing, jobs=1)
    assert "Traceback" in caught.value.__notes__[0]
    assert not partial_of(tmp_path / "run").exists()


def test_an_executor_is_refused_where_there_is_one_run(small, tmp_path):
    with pytest.raises(RunError, match="executor: this recipe makes one run"):
        embedkit.run(small, out=tmp_path / "run", executor="processes")
    embedkit.run(small, out=tmp_path / "run", executor="serial").verify()
