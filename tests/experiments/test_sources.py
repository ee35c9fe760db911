"""The sources of word vectors at hand: their names, and how texts are read for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedkit.errors import VectorFileError
from embedkit.experiments import sources as module
from embedkit.experiments.sources import sources
from embedkit.files.names import portable
from embedkit.plugin.registry import build_registry


@pytest.fixture(scope="module")
def registry():
    return build_registry()


def write(path, words):
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{word} 0.5 {at}" for at, word in enumerate(words)]
    path.write_text("\n".join([f"{len(rows)} 2", *rows]) + "\n", encoding="utf-8")
    return path


def of(path, registry):
    return sources([path], registry)[-1]


def test_texts_are_lower_cased_for_vectors_in_lower_case(tmp_path, registry):
    lower = of(write(tmp_path / "lower.vec", [f"word{n}" for n in range(300)] + ["UNK", "<PAD>"]), registry)
    cased = of(write(tmp_path / "cased.vec", [f"{w}{n}" for n in range(50) for w in ("a", "A")]), registry)
    assert lower.tokenizer["lowercase"] is True
    assert cased.tokenizer["lowercase"] is False


def test_hidden_digits_tell_of_googlenews(tmp_path, registry):
    news = of(write(tmp_path / "news.vec", ["in", "##", "The", "####"]), registry)
    other = of(write(tmp_path / "other.vec", ["in", "the", "1999"]), registry)
    assert (news.oov, other.oov) == (("googlenews", "uniform"), ("glove", "uniform"))


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("GoogleNews-vectors-negative300.bin.gz", "GoogleNews-vectors-negative300"),
        ("glove.6B.100d.txt", "glove.6B.100d"),
        ("crawl-300d-2M.vec", "crawl-300d-2M"),
        ("my vectors (2).TXT", "my-vectors-2"),
        ("wörter.vec", "wörter"),
        ("noending", "noending"),
        (".txt", "txt"),
    ],
)
def test_a_source_is_named_after_its_file(name, stem):
    path = Path("/somewhere") / name
    assert module._names([path], []) == {path: stem}


@pytest.mark.parametrize(
    "paths",
    [
        ["/a/x.bin", "/a/x.txt"],
        ["/a/x.bin", "/b/x.bin"],
        ["/a/x.bin", "/b/X.bin", "/c/y.bin"],
        ["/1/a/x.bin", "/2/a/x.bin"],
        ["/a/random.bin"],
        ["/a/Random.vec", "/b/random.vec"],
        ["/a/" + "long" * 60 + "1.vec", "/a/" + "long" * 60 + "2.vec"],
        ["/a/" + "語" * 60 + "1.vec", "/b/" + "語" * 60 + "1.vec"],
        ["/a/b c.vec", "/a/b-c.vec", "/a/b?c.vec"],
    ],
)
def test_names_are_portable_and_unique_whatever_the_order_of_the_files(paths):
    named = module._names([*map(Path, paths)], ["random"])
    folded = [name.casefold() for name in named.values()]
    assert len({*folded, "random"}) == len(paths) + 1
    assert all(portable(f"{name}-cnn-frozen") == f"{name}-cnn-frozen" for name in named.values())
    assert module._names([*map(Path, reversed(paths))], ["random"]) == named


def test_a_file_given_twice_is_one_source(tmp_path, registry):
    path = write(tmp_path / "once.vec", ["a", "b"])
    assert [source.name for source in sources([path, path], registry)].count("once") == 1


def test_faults_of_all_files_are_told_together(tmp_path, registry):
    broken = tmp_path / "broken.vec"
    broken.write_text("no vectors at all\nhere\n", encoding="utf-8")
    with pytest.raises(VectorFileError) as error:
        sources([broken, tmp_path / "missing.vec"], registry)
    assert [fault.where for fault in error.value.faults] == [str(broken), str(tmp_path / "missing.vec")]


def test_paths_of_files_are_absolute(tmp_path, registry, monkeypatch):
    write(tmp_path / "here.vec", ["a", "b"])
    monkeypatch.chdir(tmp_path)
    assert of(Path("here.vec"), registry).embedding["path"] == str(tmp_path / "here.vec")


def test_a_missing_package_is_no_source(registry, monkeypatch):
    monkeypatch.setattr(module, "GLOVE", "no_such_package_of_vectors")
    assert "glove-6b-50d" not in {source.name for source in sources([], registry)}
