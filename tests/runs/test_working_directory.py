"""Whose directory it is: what embedkit did not make is left alone, and what was trained is not lost."""

from __future__ import annotations

import errno
import json
import mmap
import os
import shutil
import subprocess
import sys
from pathlib import Path
from pipes import make_pipe

import pytest

from embedkit.errors import RunError, TrainingError, UnmovedRunError
from embedkit.files.atomic import free_name
from embedkit.runs import directory as rundir
from embedkit.runs import sealing, working
from embedkit.runs.directory import create_run, finish_run, partial_of, write_run
from embedkit.runs.files import RunFiles
from embedkit.runs.layout import MARK, UNFINISHED
from embedkit.runs.run import Run
from embedkit.runs.working import is_complete, is_marked

pytestmark = pytest.mark.core


def write(directory, resume=False):
    with create_run(directory, resume) as writer:
        writer.text("a.txt", "trained for a week\n")
    return directory


def everything_in(folder):
    """Each path below a folder: of a file what it holds, of a link where it leads."""
    found = {}
    for path in sorted(folder.rglob("*")):
        leads = path.readlink() if path.is_symlink() else None
        found[str(path.relative_to(folder))] = leads or (path.read_bytes() if path.is_file() else None)
    return found


def a_folder(path):
    path.mkdir()
    (path / "chapter1.txt").write_text("my thesis")


def a_folder_with_what_runs_have(path):
    (path / "checkpoints" / "epoch-00001").mkdir(parents=True)
    (path / "recipe.yaml").write_text("name: mine")


def a_finished_run(path):
    write(path)


def a_link_to_a_marked_directory(path):
    left_unfinished(path.with_name("elsewhere"))
    path.symlink_to("elsewhere.partial")


def a_folder_whose_mark_is_a_link(path):
    left_unfinished(path.with_name("elsewhere"))
    a_folder(path)
    (path / MARK).symlink_to(f"../elsewhere.partial/{MARK}")


def a_folder_whose_mark_says_something_else(path):
    a_folder(path)
    (path / MARK).write_text("mine")


def a_folder_whose_mark_is_a_pipe(path):
    a_folder(path)
    make_pipe(path / MARK)


def left_unfinished(directory):
    """The working directory of a run that was interrupted after its first epoch."""
    with pytest.raises(ZeroDivisionError), create_run(directory) as writer:
        (writer.checkpoints / "epoch-00001").mkdir(parents=True)
        raise ZeroDivisionError
    return partial_of(directory)


IN_THE_WAY = [
    Path.mkdir,
    a_folder,
    a_folder_with_what_runs_have,
    a_finished_run,
    Path.touch,
    lambda path: path.symlink_to("/nowhere/x"),
    a_link_to_a_marked_directory,
    a_folder_whose_mark_is_a_link,
    a_folder_whose_mark_says_something_else,
    a_folder_whose_mark_is_a_pipe,
]


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("put", IN_THE_WAY)
def test_what_embedkit_did_not_make_is_left_alone_and_named(tmp_path, put, resume):
    put(tmp_path / "thesis.partial")
    before = everything_in(tmp_path)
    with pytest.raises(RunError) as caught:
        write(tmp_path / "thesis", resume)
    kind = "link" if (tmp_path / "thesis.partial").is_symlink() else "directory"
    kind = "file" if (tmp_path / "thesis.partial").is_file() else kind
    assert str(caught.value) == (
        f"{tmp_path}/thesis.partial: this {kind} is in the way, and embedkit did not make it for a run\n"
        f"    {tmp_path}/thesis is written there until it is complete: move it, or choose another --out."
    )
    assert everything_in(tmp_path) == before


@pytest.mark.parametrize("put", IN_THE_WAY)
def test_it_is_left_alone_where_the_run_is_refused_for_another_reason(tmp_path, put):
    write(tmp_path / "thesis")
    put(tmp_path / "thesis.partial")
    before = everything_in(tmp_path)
    with pytest.raises(RunError, match="the directory exists already"):
        write(tmp_path / "thesis")
    assert everything_in(tmp_path) == before


def test_neighbours_of_other_names_are_neither_needed_nor_touched(tmp_path):
    for name in ("poetry.lock", ".poetry.lock", "poetry.tmp", "poetry~", ".embedkit-run"):
        (tmp_path / name).write_text(f"my {name}")
    before = everything_in(tmp_path)
    with pytest.raises(ZeroDivisionError), create_run(tmp_path / "poetry"):
        raise ZeroDivisionError
    assert everything_in(tmp_path) == before
    write(tmp_path / "poetry")
    after = everything_in(tmp_path)
    assert before.items() <= after.items()
    assert sorted(after.keys() - before.keys()) == ["poetry", "poetry/a.txt", "poetry/manifest.json"]


def test_a_finished_run_is_never_deleted_whatever_its_name(tmp_path):
    write(tmp_path / "a.partial")
    write(tmp_path / "a.partial.partial")
    before = everything_in(tmp_path)
    for name in ("a", "a.partial"):
        with pytest.raises(RunError):
            write(tmp_path / name)
        with pytest.raises(RunError):
            write(tmp_path / name, resume=True)
    assert everything_in(tmp_path) == before


def test_a_file_that_a_user_put_beside_checkpoints_is_no_reason_to_lose_them(tmp_path):
    partial = left_unfinished(tmp_path / "run")
    (partial / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match="an unfinished run with checkpoints is here"):
        write(tmp_path / "run")
    assert (partial / "notes.txt").read_text() == "mine"


def test_a_working_directory_has_the_permissions_of_other_directories(tmp_path):
    (tmp_path / "other").mkdir()
    with create_run(tmp_path / "run") as writer:
        assert writer.directory.stat().st_mode == (tmp_path / "other").stat().st_mode
    assert (tmp_path / "run").stat().st_mode == (tmp_path / "other").stat().st_mode


def a_link_that_leads_nowhere(path):
    path.symlink_to("/nowhere/x")


def a_file(path):
    path.write_text("mine")


@pytest.mark.parametrize(
    ("put", "what"),
    [
        (a_link_that_leads_nowhere, "the name is taken by a link to /nowhere/x, where nothing is"),
        (a_file, "there is a file of this name"),
        (a_folder, "the directory exists already"),
    ],
)
def test_a_name_that_is_taken_at_the_start_is_refused_before_anything_is_made(tmp_path, put, what):
    put(tmp_path / "run")
    before = everything_in(tmp_path)
    with pytest.raises(RunError) as caught:
        write(tmp_path / "run")
    assert str(caught.value).startswith(f"{tmp_path}/run: {what}\n    Choose another --out")
    assert everything_in(tmp_path) == before


@pytest.mark.parametrize("put", [a_link_that_leads_nowhere, a_file, a_folder, Path.mkdir])
def test_a_name_that_is_taken_meanwhile_costs_nothing(tmp_path, put):
    directory = tmp_path / "run"
    with pytest.raises(UnmovedRunError) as caught, create_run(directory) as writer:
        writer.text("a.txt", "trained for a week\n")
        put(directory)
    partial = partial_of(directory)
    assert str(caught.value) == (
        f"{directory}: the run is finished, and cannot be given this name: File exists\n"
        f"    All of it is in {partial}: --resume moves it once that can be done."
    )
    assert is_complete(partial)
    before = everything_in(tmp_path)
    with pytest.raises(RunError, match=f"The finished run that should have this name is in {partial}"):
        finish_run(directory, lambda _: None)
    assert everything_in(tmp_path) == before
    remove(directory)
    with pytest.raises(RunError, match="a finished run is here that did not get its name"):
        write(directory)
    assert finish_run(directory, lambda _: None)
    assert sorted(path.name for path in directory.iterdir()) == ["a.txt", "manifest.json"]
    RunFiles(directory).verify()
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def fails(number):
    def fail(*arguments, **more):
        raise OSError(number, os.strerror(number), "somewhere")

    return fail


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EXDEV])
@pytest.mark.parametrize("step", ["sha256", "written_whole", "sync of the directory", "rename"])
def test_whatever_fails_after_the_last_file_was_written_the_run_is_kept(tmp_path, monkeypatch, step, number):
    directory, partial = tmp_path / "run", tmp_path / "run.partial"
    with (
        pytest.raises(UnmovedRunError, match=f"is in {partial}: --resume moves it"),
        monkeypatch.context() as m,
        create_run(directory) as writer,
    ):
        writer.text("a.txt", "trained for a week\n")
        if step == "rename":
            m.setattr(Path, "rename", fails(number))
        elif step == "sync of the directory":
            sync = sealing.sync
            m.setattr(sealing, "sync", lambda path: fails(number)() if path == partial else sync(path))
        else:
            m.setattr(sealing, step, fails(number))
    assert (partial / "a.txt").read_text() == "trained for a week\n"
    assert finish_run(directory, lambda _: None)
    assert sorted(path.name for path in directory.iterdir()) == ["a.txt", "manifest.json"]
    RunFiles(directory).verify()


def test_a_run_that_has_its_name_is_finished_even_where_that_cannot_be_made_durable(tmp_path, monkeypatch):
    monkeypatch.setattr(rundir, "sync", fails(errno.EIO))
    RunFiles(write(tmp_path / "run")).verify()


@pytest.mark.parametrize("step", ["make_durable", "seal"])
def test_an_interrupt_while_it_is_sealed_loses_nothing(tmp_path, monkeypatch, step):
    def interrupt(path):
        raise KeyboardInterrupt

    with monkeypatch.context() as m:
        m.setattr(*{"make_durable": (sealing, "sync"), "seal": (sealing, "sha256")}[step], interrupt)
        with pytest.raises(KeyboardInterrupt):
            write(tmp_path / "run")
    assert finish_run(tmp_path / "run", lambda _: None)
    RunFiles(tmp_path / "run").verify()


def test_a_run_whose_files_the_disk_does_not_take_is_no_finished_one(tmp_path, monkeypatch):
    monkeypatch.setattr(sealing, "sync", fails(errno.ENOSPC))
    with pytest.raises(TrainingError, match="cannot be written: No space left on device"):
        write(tmp_path / "run")
    assert not [*tmp_path.iterdir()]


def unmoved(directory):
    """The working directory of a run that found its name taken."""
    with pytest.raises(UnmovedRunError), create_run(directory) as writer:
        writer.text("a.txt", "trained for a week\n")
        directory.touch()
    directory.unlink()
    return partial_of(directory)


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        ("a.txt", b"trained for a day\n", "a.txt"),
        ("b.txt", b"added", "b.txt"),
        ("manifest.json", b"{", "manifest.json"),
        ("manifest.json", b"[]", "manifest.json"),
        ("manifest.json", b"{}", "a.txt"),
        ("manifest.json", b'{"../../etc/passwd": "0"}', "../../etc/passwd, a.txt"),
    ],
)
def test_a_finished_run_that_was_changed_is_not_given_its_name(tmp_path, name, content, wrong):
    partial = unmoved(tmp_path / "run")
    (partial / name).write_bytes(content)
    with pytest.raises(RunError) as caught:
        finish_run(tmp_path / "run", lambda _: None)
    assert str(caught.value) == (
        f"{partial}: what the run wrote has changed since: {wrong}\n    To start afresh, remove {partial}."
    )
    assert partial.is_dir()
    assert not (tmp_path / "run").exists()


def test_what_killed_processes_left_of_files_is_no_part_of_the_run(tmp_path):
    with create_run(tmp_path / "run") as writer:
        writer.text("a.txt", "x")
        (writer.directory / ".environment.json.x7k2").write_text("{")
        free_name(writer.directory / "folds").mkdir()
        (writer.directory / "folds").mkdir()
        (left := free_name(writer.directory / "folds" / "fold-0")).mkdir()
        (left / MARK).touch()
    assert json.loads((tmp_path / "run" / "manifest.json").read_text()).keys() == {"a.txt"}
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["a.txt", "folds", "manifest.json"]
    assert not [*(tmp_path / "run" / "folds").iterdir()]


def test_a_check_may_refuse_to_move_a_finished_run(tmp_path):
    partial = unmoved(tmp_path / "run")

    def refuse(path):
        raise RunError(f"not {path}")

    with pytest.raises(RunError, match=f"not {partial}"):
        finish_run(tmp_path / "run", refuse)
    assert is_complete(partial)


def test_there_is_nothing_to_finish(tmp_path):
    assert not finish_run(tmp_path / "run", lambda _: None)
    left_unfinished(tmp_path / "run")
    assert not finish_run(tmp_path / "run", lambda _: None)
    assert sorted(path.name for path in (tmp_path / "run.partial").iterdir()) == [
        MARK,
        UNFINISHED,
        "checkpoints",
    ]


def test_a_run_inside_another_one_is_kept_too(tmp_path):
    directory = tmp_path / "run"
    with pytest.raises(UnmovedRunError), create_run(directory) as writer:
        inner = writer.directory / "folds" / "fold-0"
        inner.parent.mkdir()
        with write_run(inner, resume=True) as writer_inside:
            writer_inside.text("a.txt", "trained for a week\n")
            inner.touch()
    assert is_complete(partial_of(inner))
    inner.unlink()
    with create_run(directory, resume=True) as writer:
        assert writer.resumed
        with pytest.raises(RunError, match="a finished run is here"), write_run(inner, resume=True):
            raise AssertionError
        assert finish_run(inner, lambda _: None, inner=True)
    assert json.loads((directory / "manifest.json").read_text()).keys() == {"folds/fold-0/manifest.json"}
    assert sorted(path.name for path in (directory / "folds" / "fold-0").iterdir()) == [
        "a.txt",
        "manifest.json",
    ]
    RunFiles(directory).verify()


@pytest.mark.parametrize("out", [".", "..", "/", "runs/..", "./", "file/..", "gone/.."])
@pytest.mark.parametrize("resume", [False, True])
def test_a_name_that_is_none_is_refused(tmp_path, monkeypatch, out, resume):
    (tmp_path / "here" / "runs").mkdir(parents=True)
    (tmp_path / "here" / "file").touch()
    monkeypatch.chdir(tmp_path / "here")
    before = everything_in(tmp_path)
    with pytest.raises(RunError, match="the directory exists already"):
        write(Path(out), resume)
    assert not finish_run(Path(out), lambda _: None)
    with pytest.raises(RunError, match="no finished run in this directory"):
        Run(out)
    assert everything_in(tmp_path) == before


@pytest.mark.parametrize("out", ["file/run", "file/runs/run", "x" * 250, "x" * 300, "y/" + "x" * 250])
def test_a_directory_that_cannot_be_made_is_one_error(tmp_path, out):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RunError, match="the run directory cannot be made: ") as caught:
        write(tmp_path / out)
    assert str(tmp_path) in str(caught.value)
    assert "Choose another --out, where you can make a directory." in str(caught.value)
    assert not [path for path in tmp_path.rglob("*") if path.name not in ("file", "y")]


def test_a_directory_without_a_right_to_write_is_one_error(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "mkdir", fails(errno.EACCES))
    with pytest.raises(RunError, match="somewhere: the run directory cannot be made: Permission denied"):
        write(tmp_path / "run")


def test_without_room_for_the_directory_the_run_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "mkdir", fails(errno.ENOSPC))
    with pytest.raises(TrainingError, match="somewhere: the run directory cannot be made: No space left"):
        write(tmp_path / "run")


@pytest.mark.parametrize("removed", range(4))
def test_a_kill_while_an_inner_run_is_removed_leaves_no_complete_one(tmp_path, removed):
    """The files of a directory go in any order, so that its mark may be the last."""
    working_directory = left_unfinished(tmp_path / "run")
    shutil.rmtree(working_directory / "checkpoints")
    inner = partial_of(working_directory / "folds" / "fold-0")
    inner.parent.mkdir()
    working.make(inner)
    (inner / "a.txt").write_text("half")
    code = KILLED_WHILE_REMOVING.format(removed=removed)
    command = [sys.executable, "-P", "-c", code, str(tmp_path / "run")]
    assert subprocess.run(command, capture_output=True).returncode == -9
    assert not is_complete(inner)
    assert not finish_run(inner.with_suffix(""), lambda _: None, inner=True)
    write(tmp_path / "run", resume=True)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["a.txt", "manifest.json"]


KILLED_WHILE_REMOVING = """
import os, pathlib, sys
from embedkit.runs.directory import create_run
from embedkit.runs.layout import MARK
unlink, removed = os.unlink, 0
def killing(path, **more):
    global removed
    if removed == {removed} or pathlib.Path(path).name == MARK:
        os.kill(os.getpid(), 9)
    removed += 1
    unlink(path, **more)
os.unlink = killing
with create_run(pathlib.Path(sys.argv[1]), resume=True):
    pass
"""


def fail_with_an_open_file(directory):
    path = directory / "scores.bin"
    path.write_bytes(b"1234")
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    raise ZeroDivisionError(len(mapped))


def test_what_failed_with_a_file_open_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), create_run(tmp_path / "run") as writer:
        fail_with_an_open_file(writer.directory)
    assert not [*tmp_path.iterdir()]


@pytest.fixture
def locks_beside(monkeypatch):
    """Lock as on a system that moves no directory with an open file in it."""
    monkeypatch.setattr(working, "moves_open_files", lambda: False)


@pytest.mark.usefixtures("locks_beside")
def test_a_lock_beside_the_directory_is_gone_after_the_run(tmp_path):
    with create_run(tmp_path / "run") as writer:
        writer.text("a.txt", "x")
        lock, partial = sorted(tmp_path.iterdir())
        assert lock.name.startswith(".embedkit-")
        assert partial == writer.directory
        with pytest.raises(RunError, match="another run is writing this directory"):
            write(tmp_path / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    RunFiles(tmp_path / "run").verify()
    with pytest.raises(ZeroDivisionError), create_run(tmp_path / "other"):
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.usefixtures("locks_beside")
def test_names_that_differ_in_case_have_one_lock(tmp_path):
    with (
        create_run(tmp_path / "Übung"),
        pytest.raises(RunError, match="another run is writing this directory"),
    ):
        write(tmp_path / "ÜBUNG")


@pytest.mark.usefixtures("locks_beside")
def test_a_lock_that_a_killed_process_left_is_taken_over(tmp_path):
    left = left_unfinished(tmp_path / "run")
    working._lock_file(left).touch()
    with pytest.raises(RunError, match="an unfinished run with checkpoints is here"):
        write(tmp_path / "run")
    write(tmp_path / "run", resume=True)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.usefixtures("locks_beside")
@pytest.mark.parametrize("put", [a_folder, a_finished_run, Path.touch])
def test_what_is_in_the_way_of_a_lock_beside_is_left_alone(tmp_path, put):
    put(tmp_path / "thesis.partial")
    before = everything_in(tmp_path)
    with pytest.raises(RunError, match="is in the way, and embedkit did not make it for a run"):
        write(tmp_path / "thesis")
    assert everything_in(tmp_path) == before


KILLED = """
import os, pathlib, sys
from embedkit.files import atomic
from embedkit.runs import directory, sealing, working
from embedkit.runs.directory import create_run
def kill(*arguments, **more):
    os.kill(os.getpid(), 9)
module, name = sys.argv[2].rsplit(".", 1)
before = getattr(eval(module), name)
number, calls = int(sys.argv[3]), 0
def counted(*arguments, **more):
    global calls
    calls += 1
    return kill() if calls == number else before(*arguments, **more)
setattr(eval(module), name, counted)
with create_run(pathlib.Path(sys.argv[1])) as writer:
    writer.text("a.txt", "trained for a week\\n")
"""
MOMENTS = [("sealing.sync", 1), ("sealing.sha256", 1), ("sealing.written_whole", 1), ("sealing.sync", 2)]
MOMENTS += [("atomic.replace", 1)]
MOMENTS += [("pathlib.Path.rename", 1), ("pathlib.Path.rename", 2), ("directory.unmark", 1)]


@pytest.mark.parametrize(("function", "number"), MOMENTS)
def test_after_a_kill_at_any_step_the_name_is_free_or_the_run_complete(tmp_path, function, number):
    out = tmp_path / "run"
    command = [sys.executable, "-P", "-c", KILLED, str(out), function, str(number)]
    assert subprocess.run(command, capture_output=True).returncode == -9
    if out.exists():
        RunFiles(out).verify()
        assert (out / "a.txt").read_text() == "trained for a week\n"
    else:
        assert not partial_of(out).exists() or is_marked(partial_of(out))
        if not finish_run(out, lambda _: None):
            write(out)
        RunFiles(out).verify()
        assert sorted(path.name for path in out.iterdir()) == ["a.txt", "manifest.json"]
