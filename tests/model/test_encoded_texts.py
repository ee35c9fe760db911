"""Texts that a frozen text encoder has read: their vectors are those of each text alone, and are kept."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_text_encoder import D, SmallModel, SmallNetwork

from embedkit.errors import ComponentError
from embedkit.files import cache
from embedkit.files.storage import InMemory, OnDisk
from embedkit.model import encoded_texts, text_vectors, vector_cache
from embedkit.model.encoded_texts import encode_texts
from embedkit.model.word_pieces import word_pieces
from embedkit.vectors.lookup import row_cache

TEXTS = ["a good film", "", "a good film", "incomprehensible", "one two three four", "\ud800 \u2028 naïve"]
OTHERS = [f"text {number} of {'many ' * (number % 5)}" for number in range(40)]
any_text = st.text(st.characters(), max_size=60)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """A cache of its own."""
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@contextmanager
def new_cache() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setenv("EMBEDKIT_CACHE", folder)
        yield


def shards(folder: Path) -> list[Path]:
    return sorted(folder.glob("encoded/*/encoded-*"))


def encoded(texts, *, pooled=False, half=False, model=None):
    """The vectors of texts, and how many texts the network read for them."""
    model = model or SmallModel()
    before = sum(model.read)
    found = encode_texts(model, texts, pooled, InMemory(), half)
    return found, sum(model.read) - before


def same(one, other):
    return one.values.tobytes() == other.values.tobytes() and np.array_equal(one.lengths, other.lengths)


def alone(model, text, pooled):
    """The vectors of one text by the network itself, computed plainly."""
    pieces, network = model.pieces([text]), model.build().eval()
    if not len(pieces.ids):
        return np.zeros((1 if pooled else 0, D), np.float32)
    ids = torch.tensor(pieces.ids[None].astype(np.int64))
    with torch.no_grad():
        states = network(ids, torch.ones_like(ids, dtype=torch.bool))
        if pooled:
            return network.pool(states, torch.ones_like(ids, dtype=torch.bool)).numpy()
    rows = [states[0, pieces.words == word].mean(0).numpy() for word in range(pieces.read[0])]
    return np.array(rows, np.float32).reshape(-1, D)


def split(encoded):
    return np.split(encoded.values, encoded.lengths.cumsum()[:-1])


@settings(max_examples=40)
@given(st.lists(any_text, max_size=30), st.booleans(), st.booleans(), st.booleans())
def test_each_text_has_the_vectors_that_it_has_alone_also_from_the_cache(texts, pooled, special, half):
    with new_cache():
        model = SmallModel(special=special)
        first, _ = encoded(texts, pooled=pooled, half=half, model=model)
        again, read = encoded([*reversed(texts)], pooled=pooled, half=half, model=model)
    assert first.values.dtype == (np.float16 if half else np.float32)
    assert first.lengths.dtype == np.int64
    assert len(first.lengths) == len(again.lengths) == len(texts)
    assert not read
    assert np.array_equal(again.lengths, first.lengths[::-1])
    for text, vectors, later in zip(texts, split(first), reversed(split(again)), strict=False):
        assert vectors == pytest.approx(alone(model, text, pooled), abs=1e-3 if half else 1e-5)
        assert vectors.tobytes() == later.tobytes()


@pytest.mark.parametrize("pooled", [True, False])
def test_small_batches_blocks_and_shards_change_nothing(pooled, folder, monkeypatch):
    whole, _ = encoded(TEXTS + OTHERS, pooled=pooled)
    shutil.rmtree(folder)
    monkeypatch.setattr(text_vectors, "MOST", 10)
    monkeypatch.setattr(encoded_texts, "TEXTS", 7)
    monkeypatch.setattr(encoded_texts, "BYTES", 100)
    monkeypatch.setattr(vector_cache, "MOST_SMALL", 3)
    parts, read = encoded(TEXTS + OTHERS, pooled=pooled)
    assert read == len({*TEXTS, *OTHERS})
    assert parts.values == pytest.approx(whole.values, abs=1e-6)
    again, read = encoded(TEXTS + OTHERS, pooled=pooled)
    assert not read
    assert same(again, parts)


@pytest.mark.parametrize("pooled", [True, False])
def test_threads_and_other_texts_do_not_change_a_bit(pooled, monkeypatch):
    monkeypatch.setattr(text_vectors, "MOST", 40)
    texts, before = TEXTS + OTHERS, torch.get_num_threads()
    first = {
        text: vectors.tobytes()
        for text, vectors in zip(texts, split(encoded(texts, pooled=pooled)[0]), strict=True)
    }
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            for some in (texts, texts[::3], [texts[-1]]):
                with new_cache():
                    found, read = encoded(some, pooled=pooled)
                assert read
                assert torch.get_num_threads() == threads
                assert [vectors.tobytes() for vectors in split(found)] == [first[text] for text in some]
    finally:
        torch.set_num_threads(before)


def test_an_error_in_one_of_several_threads_is_the_error(monkeypatch):
    monkeypatch.setattr(text_vectors, "MOST", 10)
    before = torch.get_num_threads()
    model = SmallModel()
    network = model.build()
    network.forward = lambda ids, mask: {}["absent"]
    model.build = lambda: network
    try:
        torch.set_num_threads(2)
        with pytest.raises(ComponentError, match="KeyError: 'absent'"):
            encoded(TEXTS + OTHERS, model=model)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_long_texts_are_encoded_in_blocks_of_fewer(monkeypatch):
    told = []
    monkeypatch.setattr(encoded_texts, "CHARACTERS", 40)
    encode_texts(SmallModel(), TEXTS, True, InMemory(), progress=lambda *seen: told.append(seen))
    assert told[-1] == (len(TEXTS), len(TEXTS))
    assert told == sorted(told)
    assert len({*told}) > 2


def test_a_text_that_stands_twice_is_read_once():
    assert encoded(TEXTS * 3, pooled=True)[1] == len({*TEXTS})


@pytest.mark.parametrize("pooled", [True, False])
def test_other_orders_splits_and_parts_read_nothing(pooled):
    texts = TEXTS + OTHERS
    first, read = encoded(texts, pooled=pooled)
    assert read == len({*texts})
    of_text = dict(zip(texts, split(first), strict=True))
    for seed in range(3):
        some = random.Random(seed).sample(texts, len(texts) - 9 * seed)
        again, read = encoded(some, pooled=pooled)
        assert not read
        assert all(np.array_equal(one, of_text[text]) for one, text in zip(split(again), some, strict=True))


def test_only_new_texts_are_read():
    encoded(OTHERS[:30])
    assert encoded(OTHERS)[1] == 10
    assert encoded(OTHERS)[1] == 0


def test_other_settings_and_models_have_vectors_of_their_own():
    for pooled in (True, False):
        for half in (True, False):
            for model in (SmallModel(), SmallModel("other"), SmallModel(special=False)):
                assert encoded(OTHERS, pooled=pooled, half=half, model=model)[1] == len(OTHERS)
                assert encoded(OTHERS, pooled=pooled, half=half, model=model)[1] == 0


def test_another_process_reads_nothing(folder):
    first, _ = encoded(OTHERS)
    code = f"""
import sys; sys.path[:0] = {sys.path!r}
from small_text_encoder import SmallModel
from embedkit.files.storage import InMemory
from embedkit.model.encoded_texts import encode_texts
found = encode_texts(model := SmallModel(), {OTHERS!r}, False, InMemory())
print(len(model.read)); sys.stdout.flush(); sys.stdout.buffer.write(found.values.tobytes())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    read, _, values = done.stdout.partition(b"\n")
    assert read.strip() == b"0"
    assert values == first.values.tobytes()


def test_nothing_is_built_without_new_texts():
    encoded(OTHERS)
    model = SmallModel()
    model.build = lambda: pytest.fail("built")
    model.pieces = lambda texts: pytest.fail("split")
    assert len(encoded(OTHERS, model=model)[0].lengths) == len(OTHERS)
    nothing, _ = encoded([], model=model)
    assert nothing.values.shape == (0, D)
    assert not len(nothing.lengths)


def test_padding_stands_behind_the_vectors(tmp_path):
    for storage in (InMemory(), OnDisk(tmp_path)):
        found = encode_texts(SmallModel(), TEXTS, False, storage)
        assert found.padded.shape == (found.lengths.sum() + 1, D)
        assert not found.padded[-1].any()
        assert np.array_equal(found.padded[:-1], found.values)


def test_half_the_width_is_the_same_to_half_the_digits():
    single, half = (encoded(TEXTS, half=half)[0] for half in (False, True))
    assert half.values.dtype == np.float16
    assert np.array_equal(half.values, single.values.astype(np.float16))


class Spoilt(SmallNetwork):
    """Gives what `value` says for texts with a piece of the id 3, and one state too many if it is None."""

    value: float | None = np.nan

    def forward(self, ids, mask):
        states = super().forward(ids, mask)
        if self.value is None:
            return torch.cat((states, states), 1)
        return states.masked_fill((ids == 3).any(1)[:, None, None], self.value)


@pytest.mark.parametrize(
    ("value", "half", "message"),
    [
        (np.nan, False, "gave NaN or infinity for the text 'worse \U0001f600'"),
        (np.inf, True, "gave NaN or infinity for the text"),
        (70_000.0, True, "gave 70,000 for the text 'worse \U0001f600', more than float16 can hold"),
        (None, False, r"forward\(\): expected a tensor of floats and shape \[\d+, \d+, 6\]"),
    ],
)
def test_vectors_that_are_no_use_are_an_error_and_not_kept(value, half, message, folder):
    model = SmallModel()
    spoilt = Spoilt(model.read)
    spoilt.value = value
    model.build = lambda: spoilt
    with pytest.raises(ComponentError, match=message):
        encoded(["fine", "worse \U0001f600"], half=half, model=model)
    model = SmallModel()
    assert encoded(["worse \U0001f600"], half=half, model=model)[1] == 1


def test_a_network_that_raises_is_named_and_what_was_encoded_before_is_kept(monkeypatch):
    model = SmallModel()
    network = model.build()
    forward = network.forward
    network.forward = lambda ids, mask: forward(ids, mask) if ids.shape[1] > 4 else {}["absent"]
    model.build = lambda: network
    with pytest.raises(ComponentError, match="the network raised, on .* texts: KeyError: 'absent'"):
        encoded(["one", "one two three four five"], model=model)
    assert encoded(["one two three four five"])[1] == 0
    assert encoded(["one"])[1] == 1


def test_pieces_are_counted_by_word():
    pieces = SmallModel().pieces(["a filmmaker \U0001f600x", "", "wordswords " * 4])
    counted = word_pieces(pieces)
    assert [*counted.lengths] == [3, 0, 4]
    assert [*counted.read] == [3, 0, 2]
    assert [*counted.counts] == [1, 3, 1, 4, 4, 0, 0]
    assert [*counted.unknown] == [False, False, True, False, False, False, False]


def test_words_of_no_text_are_counted():
    counted = word_pieces(SmallModel().pieces([]))
    assert len(counted.counts) == len(counted.unknown) == len(counted.lengths) == 0


def test_each_damaged_byte_is_noticed_and_only_damaged_texts_are_read_again(folder):
    """Whatever byte of a shard is changed, the vectors are right, and later nothing is read any more."""
    first, _ = encoded(OTHERS)
    (shard,) = shards(folder)
    content = shard.read_bytes()
    for place in random.Random(0).sample(range(len(content)), 40):
        for path in shards(folder):
            path.unlink()
        shard.write_bytes(content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :])
        again, read = encoded(OTHERS)
        assert again.values == pytest.approx(first.values, abs=1e-6)
        assert read <= len(OTHERS)
        assert encoded(OTHERS)[1] == 0


@pytest.mark.parametrize("keep", [0, 10, 300, -1])
def test_a_shard_that_was_cut_is_written_anew(keep, folder, caplog):
    first, _ = encoded(OTHERS)
    (shard,) = shards(folder)
    shard.write_bytes(shard.read_bytes()[:keep])
    again, read = encoded(OTHERS)
    assert again.values == pytest.approx(first.values, abs=1e-6)
    assert 0 < read <= len(OTHERS)
    assert caplog.text.count("vectors cannot be used") == 1
    (new,) = shards(folder)
    assert new != shard
    caplog.clear()
    assert encoded(OTHERS)[1] == 0
    assert not caplog.text


def test_vectors_of_another_text_are_not_taken_for_it(folder):
    """Two texts of equal length whose vectors have changed places are noticed."""
    encoded(["good", "evil"], pooled=True)
    (shard,) = shards(folder)
    content = shard.read_bytes()
    size = D * 4
    shard.write_bytes(content[: -2 * size] + content[-size:] + content[-2 * size : -size])
    assert encoded(["good", "evil"], pooled=True)[1] == 2


def test_many_small_shards_become_one(folder, monkeypatch):
    monkeypatch.setattr(vector_cache, "MOST_SMALL", 4)
    for number, text in enumerate(OTHERS):
        assert encoded([text])[1] == 1
        assert len(shards(folder)) <= 4, number
    assert encoded(OTHERS)[1] == 0


def test_the_vectors_written_first_are_those_of_a_text(folder, monkeypatch):
    """Where there is no lock, two processes may write the same text: everyone reads the older vectors."""
    about, dtype = "about", np.dtype(np.float32)
    one, other = (np.full((1, D), value, dtype) for value in (1, 2))
    monkeypatch.setattr(vector_cache, "MOST_SMALL", 3)
    vector_cache.VectorCache(about, D, dtype, "").keep({b"k" * 16: one})
    for number in range(6):
        later = vector_cache.VectorCache(about, D, dtype, "")
        later.keep({b"k" * 16: other, bytes([number]) * 16: other})
        assert np.array_equal(later.read([b"k" * 16])[b"k" * 16], one)


def test_a_cache_that_cannot_be_written_is_read(folder, monkeypatch, caplog):
    first, _ = encoded(OTHERS[:20])
    monkeypatch.setattr(row_cache.CachedArrays, "_write", refuse)
    again, read = encoded(OTHERS)
    assert read == 20
    assert np.array_equal(again.values[: len(first.values)], first.values)
    assert caplog.text.count("could not be written") == 1


def refuse(*_):
    raise OSError(28, "No space left on device")


def test_without_a_folder_for_the_cache_texts_are_encoded(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "file"))
    assert encoded(OTHERS)[1] == len(OTHERS)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "theirs").touch()
    monkeypatch.setenv("EMBEDKIT_CACHE", str(foreign))
    assert encoded(OTHERS)[1] == len(OTHERS)
    assert [path.name for path in foreign.iterdir()] == ["theirs"]


def test_the_cache_lists_and_trims_what_is_kept(folder):
    encoded(OTHERS)
    (entry,) = cache.entries()
    assert entry.path == shards(folder)[0]
    assert cache.sources([entry])[entry.path] == "words, by small_text_encoder.SmallModel"
    assert cache.trim(0) == [entry]
    assert not (folder / "encoded").exists() or not any((folder / "encoded").iterdir())
    assert encoded(OTHERS)[1] == len(OTHERS)
