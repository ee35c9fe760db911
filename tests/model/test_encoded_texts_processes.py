"""Several processes encode texts at once, are killed, and have the cache cleared and damaged meanwhile."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from small_text_encoder import SmallModel

from embedkit.files.storage import InMemory
from embedkit.model import encoded_texts, vector_cache
from embedkit.model.encoded_texts import encode_texts

ROUNDS = int(os.environ.get("EMBEDKIT_STRESS_ROUNDS", "25"))
TEXTS = [f"text {number} of {'many ' * (number % 7)}" for number in range(60)]


@pytest.fixture(scope="module")
def truth(tmp_path_factory) -> Path:
    """The vectors of each text, without a cache."""
    folder = tmp_path_factory.mktemp("truth")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("EMBEDKIT_CACHE", str(folder / "cache"))
        found = encode_texts(SmallModel(), TEXTS, False, InMemory())
    np.savez(folder / "truth.npz", values=found.values, lengths=found.lengths)
    return folder / "truth.npz"


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A cache of its own, for the processes too."""
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def encode_all(texts: list[str], cache: Path, begun: Path, others: int) -> int:
    """Encode texts once as many processes have begun, a few at a time; the number that the network read."""
    os.environ["EMBEDKIT_CACHE"] = str(cache)
    encoded_texts.TEXTS = 5
    model = SmallModel()
    (begun / str(os.getpid())).touch()
    while len([*begun.iterdir()]) < others:
        time.sleep(0.01)
    encode_texts(model, texts, False, InMemory())
    return sum(model.read)


def test_processes_encode_each_text_once_between_them(folder, tmp_path):
    (begun := tmp_path / "begun").mkdir()
    orders = [random.Random(seed).sample(TEXTS, len(TEXTS)) for seed in range(3)]
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        read = pool.starmap(encode_all, [(order, folder, begun, 3) for order in orders], chunksize=1)
    assert sum(read) == len(TEXTS)


def use(cache: Path, truth: Path, seed: int, rounds: int) -> Counter[str]:
    """Encode some texts again and again; what was wrong."""
    os.environ["EMBEDKIT_CACHE"] = str(cache)
    encoded_texts.TEXTS, encoded_texts.BYTES, vector_cache.MOST_SMALL = 9, 400, 3
    expected = np.load(truth)
    of_text = np.split(expected["values"], expected["lengths"].cumsum()[:-1])
    some, seen = random.Random(seed), Counter[str]()
    for _ in range(rounds):
        numbers = some.sample(range(len(TEXTS)), 20)
        try:
            found = encode_texts(SmallModel(), [TEXTS[number] for number in numbers], False, InMemory())
            right = np.allclose(found.values, np.concatenate([of_text[n] for n in numbers]), atol=1e-5)
            seen["right" if right else "wrong vectors"] += 1
        except Exception as error:
            seen[f"{type(error).__name__}: {error}"] += 1
    return seen


def spoil(cache: Path, seed: int, until: Path) -> Counter[str]:
    """Clear the cache gently or bluntly, flip bytes and cut files, until a file is there; what was wrong."""
    os.environ["EMBEDKIT_CACHE"] = str(cache)
    from embedkit.files.cache import entries, sources, trim

    some, seen = random.Random(seed), Counter[str]()
    while not until.exists():
        shards = sorted(cache.glob("encoded/*/encoded-*"))
        try:
            match some.randrange(4):
                case 0:
                    sources(entries())
                    trim(0)
                case 1:
                    shutil.rmtree(cache / "encoded", ignore_errors=True)
                case _ if shards:
                    _damage(some.choice(shards), some)
            seen["right"] += 1
        except FileNotFoundError:
            seen["right"] += 1
        except Exception as error:
            seen[f"{type(error).__name__}: {error}"] += 1
        time.sleep(some.random() * 0.05)
    return seen


def _damage(path: Path, some: random.Random) -> None:
    """Flip a byte of a file in place, or cut it short."""
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        if some.random() < 0.5:
            file.truncate(some.randrange(size + 1))
        else:
            file.seek(some.randrange(max(1, size)))
            file.write(bytes([some.randrange(256)]))


def test_encoding_while_others_clear_and_damage(folder, truth, tmp_path):
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        spoiling = pool.apply_async(spoil, (folder, 0, tmp_path / "done"))
        using = [pool.apply_async(use, (folder, truth, seed, ROUNDS)) for seed in range(2)]
        seen = [each.get() for each in using]
        (tmp_path / "done").touch()
        seen.append(spoiling.get())
    assert all(each["right"] for each in seen), seen
    assert sum(seen, Counter()).keys() == {"right"}


@pytest.mark.parametrize("written", [1, 3])
def test_a_process_that_is_killed_leaves_a_cache_that_works(written, folder, truth):
    """It is killed when it has written so many files: what it leaves behind harms nobody."""
    process = multiprocessing.get_context("spawn").Process(target=use, args=(folder, truth, written, 10**6))
    process.start()
    while process.is_alive() and len([*folder.glob("encoded/*/*")]) < written:
        time.sleep(0.001)
    assert process.is_alive()
    process.kill()
    process.join()
    process.close()
    assert use(folder, truth, 100, 5).keys() == {"right"}
    model = SmallModel()
    found = encode_texts(model, TEXTS, False, InMemory())
    model.read.clear()
    assert encode_texts(model, TEXTS, False, InMemory()).values.tobytes() == found.values.tobytes()
    assert not model.read
