"""What a node checks before it runs a job, and what is said of a cluster that cannot be used; without Ray."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from embedkit.errors import RunError
from embedkit.experiments.executors import ExecutorOptions, executor_of
from embedkit.experiments.executors.node import Sender, files_of, run_on_node, versions
from embedkit.experiments.executors.ray_cluster import refuse_unreachable, refuse_without_room, room, unusable
from embedkit.experiments.executors.ray_driver import wants_gpu
from embedkit.experiments.plan import JobSettings


@pytest.fixture
def settings(tmp_path):
    return JobSettings(tmp_path / "jobs", threads=1)


@pytest.fixture
def sender(tmp_path):
    token = tmp_path / "token"
    token.touch()
    return Sender(token, versions())


def said(result):
    return "\n".join(map(str, result))


def test_a_node_that_shares_everything_runs_the_job(job_of, settings, sender):
    outcome = run_on_node(job_of(), settings, sender, ["package:gensim/test"])
    assert outcome.faults == ()
    assert (settings.directory / "a" / "manifest.json").is_file()


def test_a_node_says_all_that_it_lacks(job_of, settings, sender, tmp_path):
    other = {**sender.versions, "torch": "1.0", "nobodys-plugin": "3.2"}
    files = [str(tmp_path / "train.csv"), "${NOBODY_SET_THIS}/dev.csv"]
    faults = run_on_node(job_of(), settings, Sender(tmp_path / "none", other), files)
    assert all(fault.where.startswith("node ") for fault in faults)
    assert "torch " in said(faults)
    assert "is installed, and 1.0 where the jobs come from" in said(faults)
    assert "nobodys-plugin none is installed, and 3.2" in said(faults)
    assert f"the directory that the jobs are to write in: {settings.directory}" in said(faults)
    assert f"it does not see what the recipe reads: {files[0]}" in said(faults)
    assert f"it does not see what the recipe reads: {files[1]}" in said(faults)
    assert len(faults) == 5
    assert not settings.directory.exists()


def test_a_build_for_other_hardware_is_the_same_version(job_of, settings, sender):
    torch = sender.versions["torch"].partition("+")[0]
    other = replace(sender, versions={**sender.versions, "torch": f"{torch}+cu999"})
    assert run_on_node(job_of(), settings, other, []).faults == ()


def test_the_files_of_a_recipe_are_those_that_are_here(tmp_path, monkeypatch):
    (tmp_path / "here.csv").touch()
    monkeypatch.setenv("CORPUS", str(tmp_path))
    read = [
        str(tmp_path / "here.csv"),
        "${CORPUS}/here.csv",
        "package:gensim/test/test_data/questions-words.txt",
        str(tmp_path),
    ]
    others = [
        "${NOBODY_SET_THIS}/a",
        "package:no_such_package/a",
        "here.csv",
        "~nobody/a",
        "/" + "a" * 5000,
        "/\0",
    ]
    recipe = {"a": {"b": [*read, *others, 3, None]}, "c": str(tmp_path / "none")}
    assert files_of(recipe) == tuple(sorted(read))


def node(alive=True, **resources):
    return {"Alive": alive, "Resources": {"memory": 1.0, **resources}}


def test_there_is_room_for_a_job_where_one_node_has_all_it_needs():
    nodes = [node(CPU=3.0), node(CPU=8.0, GPU=2.0), node(GPU=4.0), node(False, CPU=64.0, GPU=8.0)]
    assert room(nodes, 1, 0) == 11
    assert room(nodes, 2, 0) == 1 + 4
    assert room(nodes, 4, 0) == 2
    assert room(nodes, 1, 1) == 2
    refuse_without_room(nodes, 8)
    with pytest.raises(RunError, match="no node of the cluster has the 16 CPUs that a job needs"):
        refuse_without_room(nodes, 16)
    with pytest.raises(RunError, match=r"no node of the cluster has CPUs(.|\n)*ray start --address"):
        refuse_without_room([node(GPU=1.0)], 1)


def test_a_job_that_trains_with_torch_wants_a_gpu(job_of):
    job = job_of()
    assert wants_gpu(job)
    assert not wants_gpu(replace(job, recipe={"name": "bow", "baseline": "nbsvm"}))


@pytest.mark.parametrize(
    "address", ["", "foo", "host:", "host:none", "host:99999999", "http://host:1", "ray://", "ray://host/x"]
)
def test_an_address_of_no_cluster_is_refused(address):
    with pytest.raises(RunError, match=r"is no address of a Ray cluster.*auto, HOST:PORT, ray://"):
        refuse_unreachable(address)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            RuntimeError("Version mismatch: The cluster was started with:\n    Ray: 2.1"),
            "the versions of Python and Ray",
        ),
        (ConnectionError("Failed to connect to Ray cluster at 10.0.0.1:6379"), "auth_token"),
        (ConnectionError("Could not find any running Ray instance."), "ray start --head"),
        (SystemExit(15), "it does not answer as a Ray cluster does"),
    ],
)
def test_an_error_of_ray_says_what_to_do(error, told):
    message = str(unusable("10.0.0.1:6379", error))
    assert message.startswith("address: the Ray cluster at 10.0.0.1:6379 cannot be used: ")
    assert told in message


def test_without_ray_the_extra_is_named(settings, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(RunError, match=r'pip install "embedkit-text\[ray\]"'):
        executor_of(ExecutorOptions("ray"), settings)
