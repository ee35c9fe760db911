"""`fetch` gets vectors of gensim's catalogue, here from a folder in place of the network."""

import gzip
import hashlib
import json
import logging

import pytest
from gensim import downloader
from vector_samples import record

from embedkit import open_vectors
from embedkit.errors import VectorFileError
from embedkit.vectors.tools.fetch import Model, catalogue, fetch

PACKED = gzip.compress(b"2 3\n" + record("king", 1, 2, 3) + record("queen", 4, 5, 6))


def entry(**changes):
    return {
        "num_records": 2,
        "file_size": len(PACKED),
        "description": "Two words.",
        "checksum": hashlib.md5(PACKED).hexdigest(),
        "file_name": "two-words.gz",
        "parts": 1,
    } | changes


MODELS = {
    "two-words": entry(),
    "two-wrong-words": entry(checksum="0" * 32, file_name="two-wrong-words.gz"),
    "nowhere-300": entry(file_name="nowhere-300.gz"),
    "old-words": entry(latest=False),
    "__testing_matrix": entry(),
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """gensim's folder, as it is without the network before anything was seen."""
    monkeypatch.setattr(downloader, "BASE_DIR", str(tmp_path / "gensim-data"))
    return tmp_path / "gensim-data"


@pytest.fixture
def seen(folder, tmp_path, monkeypatch):
    """The same with the catalogue as gensim has seen it; what it lists can be downloaded."""
    folder.mkdir()
    (folder / "information.json").write_text(json.dumps({"corpora": {}, "models": MODELS}))
    for name in ("two-words", "two-wrong-words"):
        (tmp_path / "release" / name).mkdir(parents=True)
        (tmp_path / "release" / name / "__init__.py").write_text("raise SystemExit('this was run')")
        (tmp_path / "release" / name / f"{name}.gz").write_bytes(PACKED)
    monkeypatch.setattr(downloader, "DOWNLOAD_BASE_URL", (tmp_path / "release").as_uri())
    return folder


def left_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_catalogue(seen, caplog, capfd):
    models = catalogue()
    assert [model.name for model in models] == ["nowhere-300", "two-words", "two-wrong-words"]
    assert models[1] == Model(
        "two-words", len(PACKED), 2, "two-words.gz", MODELS["two-words"]["checksum"], "Two words."
    )
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == [
        f"the catalogue is as {seen} has it: the network does not answer"
    ]
    assert capfd.readouterr().out == ""


def test_vectors_are_fetched_checked_and_not_fetched_again(seen, tmp_path, capfd):
    path = fetch("two-words")
    assert path == seen / "two-words" / "two-words.gz"
    assert open_vectors(path).lookup(["queen"]).vectors.tolist() == [[4, 5, 6]]
    assert left_in(seen) == ["information.json", "two-words/__init__.py", "two-words/two-words.gz"]
    (tmp_path / "release" / "two-words" / "two-words.gz").unlink()
    assert fetch("two-words") == path
    assert capfd.readouterr().out == ""


def test_a_file_that_was_changed_since(seen):
    path = fetch("two-words")
    path.write_bytes(b"changed")
    with pytest.raises(VectorFileError) as caught:
        fetch("two-words")
    expected = MODELS["two-words"]["checksum"]
    assert str(caught.value) == (
        f"{path}: its MD5 is {hashlib.md5(b'changed').hexdigest()}, not {expected}\n"
        "    Delete its folder and fetch it again."
    )


@pytest.mark.parametrize(
    ("name", "reason"), [("two-wrong-words", "Checksum comparison failed"), ("nowhere-300", "No such file")]
)
def test_a_download_that_fails_leaves_nothing(name, reason, seen):
    with pytest.raises(VectorFileError, match=f"^{name}: cannot be fetched: .*{reason}"):
        fetch(name)
    assert [path.name for path in seen.iterdir()] == ["information.json"]


def test_without_network(seen, monkeypatch):
    monkeypatch.setattr(downloader, "DOWNLOAD_BASE_URL", "https://github.com/nothing")
    with pytest.raises(VectorFileError) as caught:
        fetch("two-words")
    assert "two-words: cannot be fetched: " in str(caught.value)
    assert "It takes network access to github.com" in str(caught.value)
    assert [path.name for path in seen.iterdir()] == ["information.json"]


def test_without_network_and_catalogue(folder):
    with pytest.raises(VectorFileError, match="the catalogue: cannot be fetched: .*connect to the Internet"):
        catalogue()


def test_an_unknown_name(seen):
    with pytest.raises(VectorFileError) as caught:
        fetch("two-word")
    assert str(caught.value) == (
        "unknown vectors 'two-word' - did you mean 'two-words'? "
        "(allowed: nowhere-300, two-words, two-wrong-words)"
    )


def test_gensim_is_left_as_it_was(seen):
    import tempfile

    before = tempfile.tempdir
    fetch("two-words")
    assert tempfile.tempdir == before
    assert not logging.getLogger("gensim.downloader").filters
