"""A fingerprint changes with the size, the time and the sampled blocks, and with nothing else."""

import os

import pytest

from embedkit.vectors.io.content import examine
from embedkit.vectors.io.fingerprint import BLOCK, SAMPLES, fingerprint


@pytest.mark.parametrize("size", [1, BLOCK - 1, BLOCK, BLOCK + 1, 10 * BLOCK * SAMPLES])
def test_it_tells_files_apart(size, write):
    def seen(content, name="file", time=1):
        path = write(content, name)
        os.utime(path, ns=(time, time))
        return fingerprint(examine(path))

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
