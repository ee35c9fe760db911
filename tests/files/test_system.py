"""What operating systems do differently: each way gives the same bytes."""

from __future__ import annotations

import mmap
import os
import threading
import weakref

import pytest

from embedkit.files import system
from embedkit.files.atomic import written_whole

CONTENT = bytes(range(256)) * 40


@pytest.fixture(params=["pread", "seek and read"])
def read_at(request, monkeypatch):
    if request.param == "pread" and not hasattr(os, "pread"):
        pytest.skip("this system has no pread")
    monkeypatch.setattr(system, "_read_once", os.pread if request.param == "pread" else system._seek_and_read)
    return system.read_at


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "content"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.core
@pytest.mark.parametrize(
    ("size", "offset"), [(0, 0), (10, 0), (300, 255), (10_240, 0), (10, 10_240), (9, 99_999)]
)
def test_reads_what_is_there(read_at, path, size, offset):
    with path.open("rb") as file:
        file.read(7)
        assert read_at(file, size, offset) == CONTENT[offset : offset + size]
        assert file.read(5) == CONTENT[7:12]  # where the file is read otherwise stays


@pytest.mark.core
def test_reads_on_where_the_system_gives_less(path, monkeypatch):
    whole = system._seek_and_read
    monkeypatch.setattr(
        system, "_read_once", lambda descriptor, size, offset: whole(descriptor, min(size, 7), offset)
    )
    with path.open("rb") as file:
        assert system.read_at(file, 100, 50) == CONTENT[50:150]
        assert system.read_at(file, 100, len(CONTENT) - 30) == CONTENT[-30:]


@pytest.mark.core
@pytest.mark.usefixtures("read_at")
def test_reads_many_parts_at_once(path):
    sizes, offsets = [9, 0, 10_240, 300, 1], [50, 7, 0, 255, 50]
    parts = [CONTENT[offset : offset + size] for size, offset in zip(sizes, offsets, strict=True)]
    with path.open("rb") as file:
        file.read(7)
        assert system.read_each(file, sizes, offsets) == b"".join(parts)
        assert system.read_each(file, [], []) == b""
        assert system.read_each(file, [9, 9], [len(CONTENT) - 3, 0]) == CONTENT[-3:] + CONTENT[:9]
        assert file.read(5) == CONTENT[7:12]  # where the file is read otherwise stays


@pytest.mark.core
def test_reads_many_parts_where_the_system_gives_less(path, monkeypatch):
    whole = system._seek_and_read
    monkeypatch.setattr(
        system, "_read_once", lambda descriptor, size, offset: whole(descriptor, min(size, 7), offset)
    )
    with path.open("rb") as file:
        assert (
            system.read_each(file, [100, 3, 20], [50, 0, 40])
            == CONTENT[50:150] + CONTENT[:3] + CONTENT[40:60]
        )


@pytest.mark.core
def test_threads_that_share_a_file(read_at, path):
    wrong: list[int] = []

    def read_many(first: int) -> None:
        for offset in range(first, 10_000, 13):
            if read_at(file, 17, offset) != CONTENT[offset : offset + 17]:
                wrong.append(offset)

    with path.open("rb", buffering=0) as file:
        threads = [threading.Thread(target=read_many, args=(first,)) for first in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


@pytest.mark.core
def test_syncs_files_and_directories(path):
    system.sync(path)
    system.sync(path.parent)
    with pytest.raises(FileNotFoundError):
        system.sync(path.with_name("absent"))


@pytest.mark.core
def test_a_system_that_opens_no_directory(path, monkeypatch):
    real = os.open

    def refusing(name, flags, *more):
        if os.path.isdir(name):  # noqa: PTH112
            raise PermissionError(13, "Permission denied", str(name))
        return real(name, flags, *more)

    monkeypatch.setattr(os, "open", refusing)
    system.sync(path.parent)
    system.sync(path)


@pytest.mark.core
def test_a_file_is_whole_or_absent(tmp_path):
    target = tmp_path / "target"
    target.write_bytes(b"before")
    with pytest.raises(ZeroDivisionError), written_whole(target) as file:
        file.write(b"half")
        1 / 0  # noqa: B018
    assert target.read_bytes() == b"before"
    with written_whole(target) as file:
        file.write(b"after")
        assert target.read_bytes() == b"before"
    assert target.read_bytes() == b"after"
    assert [*tmp_path.iterdir()] == [target]


@pytest.mark.core
def test_it_has_the_permissions_of_other_files(tmp_path):
    other = tmp_path / "other"
    other.touch()
    with written_whole(tmp_path / "target"):
        pass
    assert (tmp_path / "target").stat().st_mode == other.stat().st_mode


@pytest.mark.core
def test_waits_for_who_holds_a_file_open(tmp_path, monkeypatch):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"new")
    refusals = [PermissionError(13, "in use"), PermissionError(13, "in use")]
    real = os.replace

    def refusing(*names):
        if refusals:
            raise refusals.pop()
        real(*names)

    monkeypatch.setattr(os, "replace", refusing)
    monkeypatch.setattr(system, "_REFUSES_OPEN_FILES", False)
    with pytest.raises(PermissionError):
        system.replace(source, target)
    monkeypatch.setattr(system, "_REFUSES_OPEN_FILES", True)
    system.replace(source, target)
    assert target.read_bytes() == b"new"


class MappedThere:
    """Maps files, and lets `os.unlink` refuse each for as long as its mapping is there, as Windows does."""

    def __init__(self, monkeypatch):
        self.mappings = []
        self.real = os.unlink
        monkeypatch.setattr(system, "_REFUSES_OPEN_FILES", True)
        monkeypatch.setattr(os, "unlink", self.unlink)

    def map(self, path):
        with path.open("rb") as file:
            mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.mappings.append(weakref.ref(mapping))
        return mapping

    def unlink(self, *names, **more):
        if any(mapping() is not None for mapping in self.mappings):
            raise PermissionError(13, "in use")
        self.real(*names, **more)


def fail_with(mapping):
    raise ZeroDivisionError


def fail_while_failing_with(mapping):
    try:
        fail_with(mapping)
    except ZeroDivisionError:
        raise LookupError from None


@pytest.mark.core
@pytest.mark.parametrize("fail", [fail_with, fail_while_failing_with])
def test_a_file_that_only_a_traceback_holds_is_no_reason_to_wait(path, monkeypatch, fail):
    there = MappedThere(monkeypatch)
    with pytest.raises((ZeroDivisionError, LookupError)):
        try:
            fail(there.map(path))
        except (ZeroDivisionError, LookupError):
            system.remove(path)
            raise
    assert not path.exists()


@pytest.mark.core
def test_a_file_that_only_a_cycle_holds_is_no_reason_to_wait(path, monkeypatch):
    there = MappedThere(monkeypatch)
    cycle = [there.map(path)]
    cycle.append(cycle)
    del cycle
    system.remove(path)
    assert not path.exists()


@pytest.mark.core
@pytest.mark.parametrize("kind", ["file", "directory", "link to a directory", "nothing"])
def test_removes_whatever_it_is(path, kind):
    folder = path.with_name("folder")
    folder.mkdir()
    (folder / "file").touch()
    link = path.with_name("link")
    if kind == "link to a directory":
        make_link(link, folder)
    target = {"file": path, "directory": folder, "link to a directory": link}.get(
        kind, path.with_name("gone")
    )
    system.remove(target)
    assert not os.path.lexists(target)
    assert kind == "directory" or (folder / "file").exists()


def make_link(link, target):
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("this system, or this user, makes no links")


@pytest.mark.core
def test_a_directory_is_renamed_once_a_file_in_it_is_closed(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    refusals = [PermissionError(13, "in use")] * 2
    real = os.rename

    def refusing(*names):
        if refusals:
            raise refusals.pop()
        real(*names)

    monkeypatch.setattr(os, "rename", refusing)
    monkeypatch.setattr(system, "_REFUSES_OPEN_FILES", True)
    monkeypatch.setattr(system, "PATIENCE", 0)  # as on a machine that is slow beyond it
    system.rename(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").is_dir()


@pytest.mark.skipif(
    "EMBEDKIT_AS_ON_WINDOWS" not in os.environ, reason="this is not the environment without it"
)
def test_what_windows_lacks_is_hidden(tmp_path, monkeypatch):
    assert system._read_once is system._seek_and_read
    with pytest.raises(PermissionError):
        system._sync(tmp_path, os.O_RDONLY)
    with pytest.raises(OSError, match="Bad file"), (tmp_path / "a").open("wb"):
        system._sync(tmp_path / "a", os.O_RDONLY)
    monkeypatch.setattr(system, "PATIENCE", 0)
    with (tmp_path / "b").open("wb"), pytest.raises(PermissionError, match="used by another process"):
        system.replace(tmp_path / "a", tmp_path / "b")
    with (tmp_path / "b").open("wb"), pytest.raises(PermissionError, match="used by another process"):
        system.remove(tmp_path / "b")
