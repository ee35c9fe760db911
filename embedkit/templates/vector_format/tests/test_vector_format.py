"""Files that the format reads, and those that it refuses."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from embedkit.plugin_api import VectorFileError, open_vectors

TABLE = 'word,0,1\nfilm,0.5,1\n"well, well",-1e-3,2\n'


def test_vectors_are_looked_up(tmp_path: Path) -> None:
    path = tmp_path / "vectors.csv"
    path.write_text(TABLE, encoding="utf-8")
    looked_up = open_vectors(path).lookup(["well, well", "story", "film"])
    assert looked_up.found.tolist() == [True, False, True]
    assert looked_up.vectors.tolist() == [pytest.approx([-0.001, 2]), [0, 0], [0.5, 1]]


def test_a_compressed_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "vectors.csv.gz"
    path.write_bytes(gzip.compress(TABLE.encode()))
    assert open_vectors(path).lookup(["film"]).vectors.tolist() == [[0.5, 1]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("word,0,1\n", "has no vectors"),
        ("word,0,1\nfilm,0.5\n", "row 2: expected a word and 2 numbers, got 2 cells"),
        ("word,0,1\nfilm,0.5,1\nfun,0.5,x\n", "row 3: could not convert string to float"),
        ('word,0,1\n"film,0.5,1\n', "unexpected end of data"),
    ],
)
def test_what_is_no_table_of_vectors_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "vectors.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(VectorFileError, match=reason):
        open_vectors(path).lookup(["fun"])
