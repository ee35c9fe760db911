"""Files and directories are complete or absent, whatever happens while they are written."""

from __future__ import annotations

import errno
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import embedkit
from embedkit.files import atomic
from embedkit.files.atomic import (
    free_name,
    is_temporary_directory,
    made_whole,
    target_of,
    write_whole,
    written_whole,
)

pytestmark = pytest.mark.core
ERRORS = [ZeroDivisionError, KeyboardInterrupt, SystemExit]


def make(target: Path, content: str, **more: bool) -> None:
    with made_whole(target, **more) as directory:
        (directory / "a.txt").write_text(content)


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("error", ERRORS)
def test_a_directory_is_whole_or_absent(tmp_path, durable, error):
    target = tmp_path / "target"

    def spoil() -> None:
        with made_whole(target, durable) as directory:
            (directory / "a.txt").write_text("half")
            raise error

    with pytest.raises(error):
        spoil()
    assert not [*tmp_path.iterdir()]
    make(target, "whole", durable=durable)
    with pytest.raises(error):
        spoil()
    assert (target / "a.txt").read_text() == "whole"
    make(target, "again", durable=durable)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == [
        "target",
        "target/a.txt",
    ]
    assert (target / "a.txt").read_text() == "again"


def test_a_directory_is_never_replaced_where_that_is_not_asked_for(tmp_path):
    make(tmp_path / "target", "first", overwrite=False)
    with pytest.raises(OSError, match=re.escape(str(tmp_path / "target"))):
        make(tmp_path / "target", "second", overwrite=False)
    assert (tmp_path / "target" / "a.txt").read_text() == "first"
    assert [*tmp_path.iterdir()] == [tmp_path / "target"]


def test_where_the_disk_does_not_take_it_what_was_there_stays(tmp_path, monkeypatch):
    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    make(tmp_path / "target", "before")
    monkeypatch.setattr(atomic, "sync", full)
    with pytest.raises(OSError, match="No space"):
        make(tmp_path / "target", "after")
    assert (tmp_path / "target" / "a.txt").read_text() == "before"
    assert [*tmp_path.iterdir()] == [tmp_path / "target"]


def test_a_durable_directory_is_synced_file_by_file_before_it_gets_its_name(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(
        atomic, "sync", lambda path: synced.append((path.name, (tmp_path / "target").exists()))
    )
    make(tmp_path / "target", "whole")
    (file, first), (directory, second), last = synced
    assert (file, first, second) == ("a.txt", False, False)
    assert is_temporary_directory(directory)
    assert last == (tmp_path.name, True)
    make(tmp_path / "other", "whole", durable=False)
    assert len(synced) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_a_directory_has_the_permissions_of_others(tmp_path):
    tmp_path.chmod(0o2755)
    (tmp_path / "other").mkdir()
    make(tmp_path / "target", "whole")
    assert (tmp_path / "target").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_came_meanwhile_is_not_overwritten(tmp_path, monkeypatch, links):
    if not links:

        def refuse(*_: object) -> None:
            raise OSError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(Path, "hardlink_to", refuse)
    target = tmp_path / "target"
    with written_whole(target, overwrite=False) as file:
        file.write(b"mine")
    assert target.read_bytes() == b"mine"
    with pytest.raises(FileExistsError), written_whole(target, overwrite=False) as file:
        file.write(b"other")
    assert target.read_bytes() == b"mine"
    assert [*tmp_path.iterdir()] == [target]
    assert target.stat().st_nlink == 1


@pytest.mark.parametrize("error", ERRORS)
def test_a_file_is_absent_after_any_error(tmp_path, error):
    with pytest.raises(error), written_whole(tmp_path / "target") as file:
        file.write(b"half")
        raise error
    assert not [*tmp_path.iterdir()]
    write_whole(tmp_path / "target", b"whole")
    assert (tmp_path / "target").read_bytes() == b"whole"


NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(name=NAMES.filter(lambda name: name not in (".", "..")))
def test_a_temporary_file_tells_what_it_was_to_become(name, tmp_path_factory):
    folder = tmp_path_factory.mktemp("names")
    try:
        with written_whole(folder / name, durable=False):
            (temporary,) = folder.iterdir()
    except (OSError, UnicodeError):
        return  # no name for this system
    assert target_of(temporary.name) == temporary.name[1:-9]
    assert [path.name for path in folder.iterdir()] == [temporary.name[1:-9]]


@pytest.mark.parametrize("name", [".embedkit-run", ".unfinished", "metrics.json", "index", ".gitignore"])
def test_other_files_are_no_temporary_ones(name):
    assert target_of(name) is None
    assert not is_temporary_directory(name)


def test_a_free_name_is_that_of_a_temporary_directory(tmp_path):
    assert is_temporary_directory(free_name(tmp_path / "run").name)
    assert free_name(tmp_path / "run") != free_name(tmp_path / "run")


SOURCE = Path(embedkit.__file__).parent
STEPS = re.compile(r"mkstemp|mkdtemp|fsync|\brename\(|os\.replace|\.hardlink_to\(")
ALLOWED = {"files/atomic.py", "files/system.py", "runs/working.py"}
"""A working directory is made whole too, and then renamed once its run is finished."""


def test_nothing_else_writes_under_a_temporary_name_and_renames():
    steps = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if STEPS.search(path.read_text(encoding="utf-8"))
    }
    assert steps == ALLOWED
