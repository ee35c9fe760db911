"""`embedkit cache`: what is kept of word-vector files."""

from __future__ import annotations

import errno
import gzip
import json
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest

from embedkit import open_vectors
from embedkit.files.arrays import DamagedError
from embedkit.files.cache import LIMIT, entries
from embedkit.files.sizes import bytes_as_text
from embedkit.vectors.selection import Selection


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def used(tmp_path_factory):
    """A plain file, and a cache with its index, then the rows of two vocabularies of a `.gz`."""
    home = tmp_path_factory.mktemp("used")
    numbers = np.random.default_rng(0).standard_normal((22_000, 400), dtype=np.float32)
    rows = [b"word%d %b" % (i, row.tobytes()) for i, row in enumerate(numbers)]
    (home / "vectors.bin").write_bytes(b"22000 400\n" + b"".join(rows))
    (home / "vectors.bin.gz").write_bytes(gzip.compress(b"4000 400\n" + b"".join(rows[:4000]), 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBEDKIT_CACHE", str(home / "cache"))
        open_vectors(home / "vectors.bin").lookup(["word7"])
        open_vectors(home / "vectors.bin.gz").lookup(["word7"])
        open_vectors(home / "vectors.bin.gz").lookup(["word8", "word9"])
        for second, entry in enumerate(entries()):
            os.utime(entry.path, (second, second))
    return home


@pytest.fixture
def filled(folder, used):
    """The entries of a cache as it is after that."""
    shutil.copytree(used / "cache", folder)
    return entries()


def test_an_empty_cache(embedkit_command, folder):
    for arguments in (["cache"], ["cache", "list"]):
        done = embedkit_command(*arguments)
        assert (done.code, done.out) == (0, f"0 files, 0 B of {bytes_as_text(LIMIT)}, in {folder}\n")
    assert embedkit_command("cache", "clear").out == "deleted 0 files, 0 B\n"
    assert not folder.exists()


def test_what_each_entry_is_and_how_large(embedkit_command, filled, folder, used):
    done = embedkit_command("cache", "list", "--json")
    listed = json.loads(done.out)
    sizes = [entry.path.stat().st_size for entry in filled]
    assert [entry["kept"] for entry in listed["entries"]] == ["index", "rows", "rows"]
    assert [entry["bytes"] for entry in listed["entries"]] == sizes
    assert [entry["used"] for entry in listed["entries"]] == [
        f"1970-01-01T00:00:0{second}+00:00" for second in range(3)
    ]
    assert [entry["file"] for entry in listed["entries"]] == [str(entry.path) for entry in filled]
    sources = [str(used / name) for name in ("vectors.bin", "vectors.bin.gz", "vectors.bin.gz")]
    assert [entry["of"] for entry in listed["entries"]] == sources
    assert (listed["bytes"], listed["limit"], listed["folder"]) == (sum(sizes), LIMIT, str(folder))
    heading, *rows, total = [line.split() for line in embedkit_command("cache").out.splitlines()]
    assert heading == ["kept", "size", "last", "used", "of", "file"]
    assert [row[0] for row in rows] == ["index", "rows", "rows"]
    assert total[:2] == ["3", "files,"]
    assert [row[-2:] for row in rows] == [[of, str(e.path)] for of, e in zip(sources, filled, strict=True)]


def test_clear_deletes_everything(embedkit_command, filled):
    done = embedkit_command("cache", "clear")
    size = bytes_as_text(sum(entry.size for entry in filled))
    assert (done.code, done.out) == (0, f"deleted 3 files, {size}\n")
    assert not entries()


def test_the_longest_not_used_goes_first(embedkit_command, filled):
    keep = filled[1].size + filled[2].size
    done = embedkit_command("cache", "clear", "--keep", keep, "--json")
    deleted = json.loads(done.out)
    assert deleted["bytes"] == filled[0].size
    assert [entry["kept"] for entry in deleted["deleted"]] == ["index"]
    assert [Path(entry["of"]).name for entry in deleted["deleted"]] == ["vectors.bin"]
    assert entries() == filled[1:]
    assert json.loads(embedkit_command("cache", "clear", "--keep", "1GB", "--json").out)["deleted"] == []
    assert entries() == filled[1:]


def test_what_is_deleted_is_made_again(embedkit_command, filled, used):
    embedkit_command("cache", "clear")
    assert open_vectors(used / "vectors.bin").lookup(["word21999", "no"]).found.tolist() == [True, False]
    assert [
        entry["kept"] for entry in json.loads(embedkit_command("cache", "list", "--json").out)["entries"]
    ] == ["index"]


def test_an_entry_that_is_damaged_may_not_tell_what_it_is_of(embedkit_command, filled, used):
    filled[0].path.write_bytes(b"embedkit-arrays-1 00000000\n[]\n")
    filled[1].path.write_bytes(b"")
    listed = json.loads(embedkit_command("cache", "list", "--json").out)["entries"]
    of = {entry["file"]: entry["of"] for entry in listed}
    assert of[str(filled[0].path)] is None
    assert of[str(filled[1].path)] == str(used / "vectors.bin.gz"), "as another entry of that file tells"
    assert "  ?  " in embedkit_command("cache", "list").out


def test_a_file_that_a_killed_process_left_is_told_apart(embedkit_command, filled):
    (filled[0].path.parent / ".index.x7f").write_bytes(b"half")
    kept = [entry["kept"] for entry in json.loads(embedkit_command("cache", "list", "--json").out)["entries"]]
    assert sorted(kept) == ["index", "rows", "rows", "unfinished"]


@pytest.mark.parametrize("size", ["much", "-1", "1XB", "1e9", "GB", ""])
def test_a_size_that_is_none(size, embedkit_command, filled):
    done = embedkit_command("cache", "clear", "--keep", size)
    assert (done.code, done.out) == (2, "")
    assert f"'{size}' is no size (allowed: a number and B, kB, MB, GB, TB, as 500MB)" in done.err
    assert entries() == filled


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (36_000_000, "36.0 MB"),
        (20 * 2**30, "21.5 GB"),
        (5 * 10**15, "5000.0 TB"),
    ],
)
def test_sizes_as_text(count, text):
    assert bytes_as_text(count) == text


def test_what_cannot_be_deleted_is_told_with_the_reason(embedkit_command, filled, monkeypatch, caplog):
    stubborn, real = filled[1].path, os.unlink

    def refusing(path, **more):
        if Path(path) == stubborn:
            raise PermissionError(errno.EACCES, "Permission denied", path)
        real(path, **more)

    monkeypatch.setattr(os, "unlink", refusing)
    done = embedkit_command("cache", "clear")
    assert (done.code, done.out.split(",")[0]) == (1, "deleted 2 files")
    assert f"{stubborn}: stays in the cache: Permission denied" in caplog.text
    assert [entry.path for entry in entries()] == [stubborn]


@pytest.mark.parametrize(
    "path",
    [
        "vectors/glove/glove.6B.300d.txt",
        "vectors/0123456789abcdef0123456789abcdef/notes.txt",
        "vectors/0123456789abcdef0123456789abcdef/index.bak",
        "tokens/0123456789abcdef0123456789abcdef/tokens.csv",
        "vectors/0123456789ABCDEF0123456789abcdef/index",
        "vectors/index",
        "index",
    ],
)
def test_other_people_s_files_stay(path, embedkit_command, filled, folder):
    mine = folder / path
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text("mine")
    assert embedkit_command("cache", "clear").code == 0
    assert mine.read_text() == "mine"
    assert not entries()


def test_nothing_is_deleted_through_a_link(embedkit_command, filled, folder, tmp_path):
    outside = tmp_path / "outside"
    shutil.copytree(filled[0].path.parent, outside)
    before = sorted(path.name for path in outside.iterdir())
    (folder / "vectors" / ("a" * 32)).symlink_to(outside)
    (filled[0].path.parent / "index").unlink()
    (filled[0].path.parent / "index").symlink_to(outside / "index")
    assert embedkit_command("cache", "clear").code == 0
    assert sorted(path.name for path in outside.iterdir()) == before


def test_a_folder_that_is_no_cache_is_left_alone(embedkit_command, folder, used, caplog):
    (folder / "vectors" / "glove").mkdir(parents=True)
    (folder / "vectors" / "glove" / "glove.6B.300d.txt").write_text("mine")
    for arguments in (["clear"], ["list"], ["clear", "--keep", "1GB"]):
        done = embedkit_command("cache", *arguments)
        assert (done.code, done.out) == (2, "")
        assert "is not a cache of embedkit: it has no CACHEDIR.TAG, and 'vectors' is in it" in done.err
        assert "Let EMBEDKIT_CACHE name a new or an empty folder" in done.err
    done = embedkit_command("vectors", "lookup", used / "vectors.bin", "word7")
    assert done.code == 0
    assert "the index could not be written" in caplog.text
    assert [path.name for path in folder.rglob("*")] == ["vectors", "glove", "glove.6B.300d.txt"]


def test_the_folder_carries_the_tag_that_backup_programs_know(filled, folder):
    assert (folder / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55")


def test_a_cache_of_a_home_that_nobody_has(embedkit_command, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE", "~nobody-of-this-name/cache")
    done = embedkit_command("cache")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: EMBEDKIT_CACHE: '~nobody-of-this-name/cache'")


@pytest.mark.parametrize("full", [False, True])
def test_a_cache_that_can_be_read_and_not_written_is_used(full, used, folder, monkeypatch, caplog):
    """As another user's: neither a mark of use nor a file can be written."""
    path = used / "vectors.bin.gz"
    cache = "full" if full else True
    first = open_vectors(path, cache=cache).lookup(["word7", "word8"])
    monkeypatch.setattr(os, "utime", refuse)
    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    caplog.clear()
    packed, reading = path.read_bytes(), open_vectors(path, cache=cache)
    monkeypatch.setattr(type(reading._reader._reader), "scan", refuse)
    again = reading.lookup(["word7", "word8"])
    assert (again.vectors == first.vectors).all()
    assert not caplog.records
    assert packed == path.read_bytes()


def refuse(*_arguments, **_more):
    raise PermissionError(errno.EACCES, "Permission denied")


def test_what_a_damaged_entry_gave_is_forgotten(used, folder, monkeypatch, caplog):
    path = used / "vectors.bin.gz"
    first = open_vectors(path).lookup(["word7", "word8"])
    real = Selection.restore

    def failing(self, arrays):
        real(self, arrays)
        raise DamagedError("at the very end")

    monkeypatch.setattr(Selection, "restore", failing)
    again = open_vectors(path).lookup(["word7", "word8"])
    assert (again.vectors == first.vectors).all()
    assert "occur twice" not in caplog.text
