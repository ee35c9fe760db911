"""The lock of a folder of the cache: one block at a time, though who has the lock deletes it when done."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from embedkit.files import cache
from embedkit.files.cache import one_at_a_time

pytestmark = pytest.mark.core


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "INTERVAL", 0.0001)
    return tmp_path / "cache"


def test_who_waits_for_a_lock_that_was_deleted_takes_the_new_one(folder):
    inside, most = [], []

    def enter(number: int) -> None:
        for _ in range(40):
            with one_at_a_time("encoded/some"):
                inside.append(number)
                time.sleep(0.0005)  # what takes a while
                most.append(len(inside))
                inside.remove(number)

    with ThreadPoolExecutor(4) as pool:
        [*pool.map(enter, range(4))]
    assert len(most) == 160
    assert max(most) == 1
    assert not [*(folder / "encoded" / "some").iterdir()]


def test_who_has_waited_too_long_takes_no_lock_and_deletes_none(folder, monkeypatch):
    monkeypatch.setattr(cache, "PATIENCE", 0.01)
    entered = threading.Event()

    def enter() -> None:
        with one_at_a_time("encoded/some"):
            entered.set()

    with one_at_a_time("encoded/some"):
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        assert entered.is_set()
        assert (folder / "encoded" / "some" / "lock").exists()
    assert not (folder / "encoded" / "some" / "lock").exists()
