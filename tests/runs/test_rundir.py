from __future__ import annotations

import errno
import json
import logging
import subprocess
import sys

import pytest

from embedkit.errors import RunError, TrainingError
from embedkit.files.digest import BLOCK, describe, sampled, sha256
from embedkit.runs.directory import checkpoints_of, create_run, default_directory, partial_of, run_directory
from embedkit.runs.files import RunFiles, read_json
from embedkit.runs.run import Run

pytestmark = pytest.mark.core


def write(directory, text="hello\n"):
    with create_run(directory) as writer:
        writer.text("a.txt", text)
        writer.json("b.json", {"x": [1, None, "é"]})
        writer.csv("c.csv", ["id", "text"], [[1, 'say "hi", twice\nthen go'], [2, "\u2028"]])
    return directory


def left_by_a_killed_run(directory, prepare="(writer.directory / 'old.txt').write_text('old')"):
    """What a process leaves that writes a run, does what `prepare` says, and is killed."""
    code = "import os, pathlib, sys; from embedkit.runs.directory import create_run\n"
    code += f"with create_run(pathlib.Path(sys.argv[1])) as writer: {prepare}; os.kill(os.getpid(), 9)"
    done = subprocess.run([sys.executable, "-P", "-c", code, str(directory)], capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    return partial_of(directory)


def test_a_run_appears_whole_with_its_manifest_and_nothing_else(tmp_path):
    directory = write(tmp_path / "runs" / "one")
    assert sorted(path.name for path in directory.iterdir()) == ["a.txt", "b.json", "c.csv", "manifest.json"]
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["one"]
    manifest = json.loads((directory / "manifest.json").read_text())
    assert manifest == {name: sha256(directory / name) for name in ("a.txt", "b.json", "c.csv")}
    assert (
        directory / "c.csv"
    ).read_bytes() == 'id,text\n1,"say ""hi"", twice\nthen go"\n2,\u2028\n'.encode()
    RunFiles(directory).verify()


def test_while_it_is_written_only_a_partial_directory_exists(tmp_path):
    with create_run(tmp_path / "run") as writer:
        assert writer.directory == tmp_path / "run.partial"
        assert not (tmp_path / "run").exists()
        with pytest.raises(
            RunError, match="no finished run in this directory\n    It was started and not finished"
        ):
            Run(tmp_path / "run")


def test_what_raises_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), create_run(tmp_path / "run") as writer:
        writer.text("a.txt", "half")
        raise ZeroDivisionError
    assert [*tmp_path.iterdir()] == []


def test_a_finished_run_is_never_overwritten(tmp_path):
    directory = write(tmp_path / "run")
    with pytest.raises(RunError, match="the directory exists already\n    Choose another --out"):
        write(directory, "other")
    assert (directory / "a.txt").read_text() == "hello\n"


def test_a_second_writer_is_refused_and_the_first_goes_on(tmp_path):
    with create_run(tmp_path / "run") as writer:
        writer.text("a.txt", "first")
        with pytest.raises(RunError, match="another run is writing this directory"):
            write(tmp_path / "run", "second")
    assert (tmp_path / "run" / "a.txt").read_text() == "first"


def test_another_process_is_refused_too(tmp_path):
    code = "import pathlib, sys; from embedkit.runs.directory import create_run\n"
    code += "with create_run(pathlib.Path(sys.argv[1])): ..."
    with create_run(tmp_path / "run"):
        done = subprocess.run(
            [sys.executable, "-P", "-c", code, str(tmp_path / "run")], capture_output=True, text=True
        )
    assert done.returncode == 1
    assert "another run is writing this directory" in done.stderr


def test_what_a_killed_run_left_does_not_stand_in_the_way(tmp_path):
    left_by_a_killed_run(tmp_path / "run")
    directory = write(tmp_path / "run")
    assert not (directory / "old.txt").exists()


@pytest.mark.parametrize("name", ["a.txt", "b.json"])
def test_one_flipped_bit_is_noticed(tmp_path, name):
    directory = write(tmp_path / "run")
    content = bytearray((directory / name).read_bytes())
    content[len(content) // 2] ^= 1
    (directory / name).write_bytes(content)
    with pytest.raises(RunError, match=f"{name}: the file is not what the run wrote: SHA-256 differs"):
        RunFiles(directory).verify()


def test_a_missing_file_is_noticed(tmp_path):
    directory = write(tmp_path / "run")
    (directory / "a.txt").unlink()
    with pytest.raises(RunError, match="a.txt: the file is missing"):
        RunFiles(directory).verify()


def test_nan_is_no_json(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"), create_run(tmp_path / "run") as writer:
        writer.json("x.json", {"loss": float("nan")})
    assert not (tmp_path / "run").exists()


def test_the_default_directory_is_named_after_recipe_and_time():
    assert default_directory("my-recipe").match("runs/my-recipe-????????T??????Z")


def test_a_sampled_fingerprint_sees_size_and_both_ends(tmp_path):
    file = tmp_path / "vectors.bin"
    content = bytearray(BLOCK * 40)
    file.write_bytes(content)
    first = sampled(file)
    assert first == sampled(file)
    for position in (0, len(content) - 1):
        changed = content.copy()
        changed[position] = 1
        file.write_bytes(changed)
        assert sampled(file) != first
    file.write_bytes(content + b"\0")
    assert sampled(file) != first
    assert describe(file, "full") == {"path": str(file), "bytes": len(content) + 1, "sha256": sha256(file)}


def test_a_sampled_fingerprint_of_an_empty_file(tmp_path):
    (tmp_path / "empty").touch()
    assert len(sampled(tmp_path / "empty")) == 32


def checkpoint(writer, epoch=1):
    (writer.checkpoints / f"epoch-{epoch:05d}").mkdir(parents=True)


def test_a_run_that_fails_keeps_its_checkpoints_and_only_resume_goes_on(tmp_path):
    with pytest.raises(ZeroDivisionError), create_run(tmp_path / "run") as writer:
        checkpoint(writer)
        (writer.checkpoints / "epoch-00002.partial").mkdir()
        raise ZeroDivisionError
    partial = tmp_path / "run.partial"
    assert [path.name for path in checkpoints_of(partial)] == ["epoch-00001"]
    with pytest.raises(RunError) as caught:
        write(tmp_path / "run")
    assert str(caught.value) == (
        f"{partial}: an unfinished run with checkpoints is here\n"
        f"    --resume goes on with it; to start afresh, remove {partial}."
    )
    with create_run(tmp_path / "run", resume=True) as writer:
        assert writer.resumed
        writer.text("a.txt", "done")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["a.txt", "manifest.json"]
    RunFiles(tmp_path / "run").verify()


def test_resume_without_a_checkpoint_starts_afresh(tmp_path):
    left_by_a_killed_run(tmp_path / "run")
    with create_run(tmp_path / "run", resume=True) as writer:
        assert not writer.resumed
        assert not (writer.directory / "old.txt").exists()


def test_where_there_is_no_room_the_last_good_checkpoint_is_named(tmp_path):
    full = OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "run.partial" / "weights"))
    with pytest.raises(TrainingError) as caught, create_run(tmp_path / "run") as writer:
        checkpoint(writer, 7)
        raise full
    last = tmp_path / "run.partial" / "checkpoints" / "epoch-00007"
    assert str(caught.value) == (
        f"{full.filename}: cannot be written: No space left on device\n"
        f"    The last good checkpoint is {last}: make room and go on with --resume."
    )
    with pytest.raises(TrainingError, match="cannot be written: No space"), create_run(tmp_path / "other"):
        raise full
    assert not (tmp_path / "other.partial").exists()


def test_another_error_of_the_system_is_left_as_it_is(tmp_path):
    with pytest.raises(FileNotFoundError), create_run(tmp_path / "run"):
        raise FileNotFoundError(errno.ENOENT, "No such file", "texts.tsv")


def test_where_a_run_goes(tmp_path):
    assert run_directory("x", tmp_path) == tmp_path
    assert run_directory("x", None).match("runs/x-????????T??????Z")
    with pytest.raises(RunError) as caught:
        run_directory("x", None, resume=True)
    assert str(caught.value) == (
        "there is nothing to resume in a new directory\n"
        "    Name the directory of the run that was interrupted: --out DIR."
    )


def test_json_keeps_what_utf_8_cannot_say(tmp_path):
    value = {"a\udcff": ["\ud800", "é", "\u2028", "\x00\r"]}
    with create_run(tmp_path / "run") as writer, writer.logged():
        writer.json("a.json", value)
        logging.getLogger("embedkit").info("read", extra={"file": "a\udcff"})
    assert read_json(tmp_path / "run" / "a.json") == value
    (event,) = (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(event)["file"] == "a\udcff"
