"""A fingerprint changes with the size, the time and the sampled blocks, and with nothing else."""

import os

import pytest

from embedkit.files.digest import fingerprint, md5, sampled

BLOCK, SAMPLES = 4096, 64


@pytest.mark.parametrize("size", [1, BLOCK - 1, BLOCK, BLOCK + 1, 10 * BLOCK * SAMPLES])
def test_it_tells_files_apart(size, tmp_path):
    def seen(content, name="file", time=1):
        path = tmp_path / name
        path.write_bytes(content)
        os.utime(path, ns=(time, time))
        return fingerprint(path)

    content = bytes(range(1, 256)) * (size // 255) + bytes([7]) * (size % 255)
    first = seen(content)
    assert seen(content, "another name") == first
    others = [
        seen(content, time=2),
        seen(content + b"x"),
        seen(b"\0" + content[1:]),
        seen(content[:-1] + b"\0"),
    ]
    assert len({first, *others}) == (5 if size > 1 else 4)
    assert len(first) == 32


CONTENT = bytes(range(251)) * 9000
"""More than two million bytes, so that there are gaps between the samples."""


def test_digests_of_samples_are_those_that_earlier_runs_recorded(tmp_path):
    """environment.json and the names in the cache are made of them."""
    path = tmp_path / "content"
    path.write_bytes(CONTENT)
    os.utime(path, ns=(7, 7))
    assert sampled(path) == "c7b452bea6a6affdc92964611cecd669"
    assert fingerprint(path) == "ee117a2d99483c7135355ab1cbf57575"
    path.write_bytes(CONTENT[:100])
    os.utime(path, ns=(7, 7))
    assert sampled(path) == "1597e69c32454e4a1d65267053d8e0b5"
    assert fingerprint(path) == "77ec7f444f67f3c0fae64539aa304ae4"


def test_a_change_between_the_samples_is_seen_by_its_time_alone(tmp_path):
    path = tmp_path / "content"
    path.write_bytes(CONTENT)
    os.utime(path, ns=(7, 7))
    before = sampled(path), fingerprint(path)
    path.write_bytes(CONTENT[:70_000] + b"\xff" + CONTENT[70_001:])
    os.utime(path, ns=(7, 7))
    assert (sampled(path), fingerprint(path)) == before
    os.utime(path, ns=(8, 8))
    assert sampled(path) == before[0]
    assert fingerprint(path) != before[1]


def test_md5_is_that_of_the_whole_file(tmp_path):
    (tmp_path / "content").write_bytes(b"abc")
    assert md5(tmp_path / "content") == "900150983cd24fb0d6963f7d28e17f72"
