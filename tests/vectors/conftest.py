import gzip
import os
from pathlib import Path

import pytest

NO_DATA = "EMBEDKIT_DATA is not set: the real word-vector files are in its folder vectors"


@pytest.fixture(scope="session")
def real_vectors():
    """The folder of real word-vector files."""
    if "EMBEDKIT_DATA" not in os.environ:
        pytest.skip(NO_DATA)
    return Path(os.environ["EMBEDKIT_DATA"]) / "vectors"


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path_factory, monkeypatch):
    """Every test begins with an empty cache."""
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def write(tmp_path):
    """Writes bytes to a new file, gzipped where asked, and gives its path."""

    def write(content: bytes, name: str = "vectors", *, compress: bool = False) -> Path:
        path = tmp_path / name
        path.write_bytes(gzip.compress(content, 1, mtime=0) if compress else content)
        return path

    return write
