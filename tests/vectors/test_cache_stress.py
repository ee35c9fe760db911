"""Everything in the cache can be deleted at any time, by anybody, while others read and write it."""

from __future__ import annotations

import gzip
import multiprocessing
import os
import random
import shutil
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

SECONDS = float(os.environ.get("EMBEDKIT_STRESS_SECONDS", "3"))
ROWS, DIM = 12_000, 100
"""About 5 MB: from which on rows and copies are kept."""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stressed")
    vectors = np.random.default_rng(0).standard_normal((ROWS, DIM)).astype("<f4")
    rows = [b"w%d %b" % (number, row.tobytes()) for number, row in enumerate(vectors)]
    content = b"%d %d\n" % vectors.shape + b"".join(rows)
    (folder / "plain.bin").write_bytes(content)
    (folder / "packed.bin.gz").write_bytes(gzip.compress(content, 1))
    np.save(folder / "vectors.npy", vectors)
    return folder


def read(folder: Path, name: str, full: bool) -> Counter[str]:
    """Look words up again and again; what was wrong."""
    from embedkit import open_vectors
    from embedkit.vectors import file

    file.WORTH_INDEXING = 1 << 20
    truth = np.load(folder / "vectors.npy")
    some, seen = random.Random(os.getpid()), Counter[str]()
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        wanted = some.sample(range(ROWS), 30) if some.random() < 0.5 else [*range(30)]
        words = [f"w{number}" for number in wanted]
        try:
            found = open_vectors(folder / name, cache="full" if full else True).lookup(words)
        except Exception as error:
            seen[f"{type(error).__name__}: {error}"] += 1
        else:
            right = found.found.all() and (found.vectors == truth[wanted]).all()
            seen["right" if right else "wrong vectors"] += 1
    return seen


def clear(cache: Path, bluntly: bool, until: Path) -> Counter[str]:
    """Delete what is in the cache, as `cache clear` or as `rm -r`, until a file is there; what was wrong."""
    from embedkit.files.cache import entries, sources, trim

    some, seen = random.Random(os.getpid()), Counter[str]()
    while not until.exists():
        try:
            if bluntly:
                shutil.rmtree(cache, ignore_errors=True)
            else:
                sources(entries())
                trim(0)
            seen["right"] += 1
        except Exception as error:
            seen[f"{type(error).__name__}: {error}"] += 1
        time.sleep(some.random() * 0.02)
    return seen


@pytest.mark.parametrize("bluntly", [False, True])
@pytest.mark.parametrize(
    ("name", "full"), [("plain.bin", False), ("packed.bin.gz", False), ("packed.bin.gz", True)]
)
def test_lookups_while_others_clear(name, full, bluntly, files, tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        mine = (tmp_path / "cache", bluntly, tmp_path / "read")
        clearing = [pool.apply_async(clear, mine) for _ in range(2)]
        reading = [pool.apply_async(read, (files, name, full)) for _ in range(2)]
        seen = [each.get() for each in reading]
        (tmp_path / "read").touch()
        seen += [each.get() for each in clearing]
    assert all(each["right"] for each in seen), seen
    assert sum(seen, Counter()).keys() == {"right"}
