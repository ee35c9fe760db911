"""Locks by a file: one process has it, who looks for it is told so, and the file goes with the lock."""

from __future__ import annotations

import os

import pytest

from embedkit.files import locks
from embedkit.files.locks import take

pytestmark = pytest.mark.core


def test_one_has_the_lock_and_its_file_goes_with_it(tmp_path):
    path = tmp_path / "lock"
    first = take(path)
    assert first is not None
    assert take(path) is None
    assert path.exists()
    first.release()
    assert not path.exists()
    again = take(path)
    assert again is not None
    again.release()


@pytest.mark.skipif(not locks.moves_open_files(), reason="Windows removes no file that is open")
def test_a_lock_whose_file_was_replaced_removes_no_other(tmp_path):
    path = tmp_path / "lock"
    first = take(path)
    path.unlink()
    second = take(path)
    first.release()
    assert path.exists()
    second.release()
    assert not path.exists()


@pytest.mark.skipif(not locks.moves_open_files(), reason="Windows removes no file that is open")
def test_who_opened_a_file_that_is_removed_before_it_is_locked_takes_the_next(tmp_path, monkeypatch):
    path, removed = tmp_path / "lock", []

    def removes_first(descriptor, warn=True):
        if not removed:
            path.unlink()
            removed.append(os.fstat(descriptor).st_ino)
        return try_lock(descriptor, warn)

    try_lock = locks.try_lock
    monkeypatch.setattr(locks, "try_lock", removes_first)
    lock = take(path)
    assert lock is not None
    assert os.path.samestat(os.fstat(lock.descriptor), path.stat())
    lock.release()


def test_a_link_in_the_place_of_the_file_cannot_be_locked(tmp_path):
    (tmp_path / "other").touch()
    try:
        (tmp_path / "lock").symlink_to(tmp_path / "other")
    except OSError:
        pytest.skip("this system makes no links")
    with pytest.raises(OSError, match="lock"):
        take(tmp_path / "lock")
    assert (tmp_path / "other").exists()
