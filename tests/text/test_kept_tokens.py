"""Tokens kept between runs: a tokenizer is not called again until something that they follow from changes."""

from __future__ import annotations

import os
import shutil

import pytest

import embedkit
from embedkit.files import cache
from embedkit.files.storage import InMemory
from embedkit.plugin.registry import build_registry
from embedkit.recipe.build import Part
from embedkit.recipe.sections.section import spec_of
from embedkit.text import token_cache as kept_tokens

SOURCE = """
    from pathlib import Path

    from embedkit import hookimpl

    CALLS = Path({calls!r})

    class Slow:
        '''Splits at white space, and counts how often it is asked.'''

        def __init__(self, *, mark: str = "") -> None:
            self.mark = mark

        def depends_on(self):
            return [CALLS.with_name("data")]

        def tokenize(self, texts):
            with CALLS.open("a") as file:
                file.write(f"{{len(texts)}}\\n")
            return [[token + self.mark for token in text.split()] for text in texts]

    @hookimpl
    def register_tokenizers(register):
        register("slow", Slow)
"""
TEXTS = ["one film", "", "two  films \u2028 naïve \ud800", "one", "\0 film"]


@pytest.fixture
def slow(install, tmp_path, monkeypatch):
    """A stranger's tokenizer whose tokens are kept even of few texts; gives how many, by call."""
    monkeypatch.setattr(kept_tokens, "WORTH_KEEPING", 1)
    monkeypatch.setattr(kept_tokens, "check_tokenizer", lambda *_: None)  # which asks for some texts again
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "data").write_text("first")
    calls = tmp_path / "calls"
    calls.touch()
    install("embedkit-slow", SOURCE.format(calls=str(calls)), entries=["slow"], requires=["numpy"])
    return lambda: [int(line) for line in calls.read_text().split()]


def tokenizing_of(spec):
    part = Part(build_registry(), "tokenizer", spec, "tokenizer")
    return kept_tokens.tokenizing_of(part, part.make())


def tokenize(texts=TEXTS, **keys):
    spec = spec_of({"use": "slow", **keys})
    tokenizing = tokenizing_of(spec)
    return [*tokenizing.tokens(texts, InMemory())]


def entry(tmp_path):
    (path,) = (tmp_path / "cache" / "tokens").glob("*/tokens")
    return path


def test_the_second_time_it_is_not_called_and_the_tokens_are_the_same(slow):
    first = tokenize()
    assert tokenize() == first == [text.split() for text in TEXTS]
    assert slow() == [5]


def test_other_texts_parameters_and_files_are_other_tokens(slow, tmp_path):
    tokenize()
    assert tokenize(["onefilm", *TEXTS[1:]])[0] == ["onefilm"]
    assert tokenize(mark="!")[0] == ["one!", "film!"]
    (tmp_path / "data").write_text("second")
    tokenize()
    assert slow() == [5, 5, 5, 5]
    tokenize(["one", "film"])
    assert tokenize(["one film", ""]) == [["one", "film"], []], "not two texts of as many characters"
    assert slow() == [5, 5, 5, 5, 2, 2]


def test_code_that_was_edited_in_place_is_called_again(slow, site):
    tokenize()
    module = site / "embedkit_slow.py"
    module.write_text(module.read_text().replace("Splits at", "Cuts at"))
    tokenize()
    assert slow() == [5, 5]


@pytest.fixture
def update(install, site):
    """Puts a distribution that has nothing but requirements in the place of an older version of it."""

    def update(name, version, requires=()):
        for old in site.glob(f"{name.replace('-', '_')}-*.dist-info"):
            shutil.rmtree(old)
        install(name, "", version=version, requires=requires)

    return update


@pytest.fixture
def requires(site):
    """Makes the tokenizer's distribution require more."""

    def requires(*requirements):
        with (site / "embedkit_slow-1.0.dist-info" / "METADATA").open("a") as file:
            file.writelines(f"Requires-Dist: {text}\n" for text in requirements)

    return requires


CHAINS = {
    "what it requires": ["kiwi"],
    "what that requires": ["kiwi-model", "kiwi"],
    "at the end of a chain": ["d", "c", "b", "a"],
}


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_a_new_version_of_anything_it_requires_is_called_again(slow, update, requires, chain):
    last, *others = chain
    update(last, "0.24")
    for name, required in zip(others, chain, strict=False):
        update(name, "1.0", [f"{required}>=0.1"])
    requires(chain[-1])
    tokenize()
    tokenize()
    assert slow() == [5]
    update(last, "0.25")
    tokenize()
    assert slow() == [5, 5]


@pytest.mark.parametrize(
    ("of_the_tokenizer", "of_kiwi"),
    [
        ("kiwi[model]", 'kiwi-model; extra == "model"'),
        ('kiwi; extra == "korean"', "kiwi-model"),
        ("Kiwi", 'kiwi_model; extra == "Model" and python_version > "3"'),
    ],
)
def test_what_extras_install_counts_where_it_is_installed(slow, update, requires, of_the_tokenizer, of_kiwi):
    update("kiwi-model", "0.24")
    update("kiwi", "1.0", [of_kiwi])
    requires(of_the_tokenizer)
    tokenize()
    update("kiwi-model", "0.25")
    tokenize()
    assert slow() == [5, 5]


@pytest.mark.parametrize("requirement", ['pytest-kiwi; extra == "test"', 'pytest-kiwi; python_version < "3"'])
def test_what_is_not_required_here_does_not(slow, update, requires, requirement):
    requires("kiwi")
    update("pytest-kiwi", "0.24")
    update("kiwi", "1.0", [requirement])
    tokenize()
    update("pytest-kiwi", "0.25")
    tokenize()
    assert slow() == [5]


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data[:-3] + b"xyz", lambda data: b""]
)
def test_what_is_damaged_is_made_again_with_a_warning(slow, tmp_path, caplog, damage):
    first = tokenize()
    entry(tmp_path).write_bytes(damage(entry(tmp_path).read_bytes()))
    assert tokenize() == first
    assert "the tokens cannot be used" in caplog.text
    assert slow() == [5, 5]
    caplog.clear()
    assert tokenize() == first
    assert slow() == [5, 5]
    assert not caplog.text


def test_a_folder_that_cannot_be_written_is_done_without(slow, tmp_path, monkeypatch, caplog):
    (tmp_path / "file").touch()
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "file"))
    assert tokenize() == [text.split() for text in TEXTS]
    assert "the tokens could not be written" in caplog.text


def test_few_texts_and_tokenizers_that_do_not_say_what_they_follow_from_are_not_kept(
    slow, tmp_path, monkeypatch
):
    monkeypatch.setattr(kept_tokens, "WORTH_KEEPING", 1000)
    tokenize()
    tokenize()
    assert slow() == [5, 5]
    assert not (tmp_path / "cache").exists()
    spec = spec_of("whitespace")
    plain = tokenizing_of(spec)
    assert not isinstance(plain, kept_tokens.CachedTokenizing)


def test_runs_with_and_without_it_are_the_same_bytes(slow, tmp_path, monkeypatch):
    recipe = {
        "name": "kept",
        "data": {
            "train": {"use": "inline", "texts": ["good film", "bad film"] * 4, "labels": ["a", "b"] * 4}
        },
        "tokenizer": "slow",
        "embedding": {"use": "random", "dim": 3},
        "oov": ["zero"],
        "encoder": {"use": "rnn", "hidden_size": 2},
        "training": {"epochs": 1},
    }
    runs = [embedkit.run(recipe, out=tmp_path / name) for name in ("first", "second")]
    assert slow() == [8]
    monkeypatch.setattr(kept_tokens, "WORTH_KEEPING", 1000)
    runs.append(embedkit.run(recipe, out=tmp_path / "without"))
    assert slow() == [8, 8]
    for name in ("weights.safetensors", "predictions.csv", "vocabulary.csv"):
        assert len({(run.path / name).read_bytes() for run in runs}) == 1


def test_the_cache_lists_and_clears_them(slow, tmp_path):
    tokenize()
    (kept,) = cache.entries()
    assert kept.path == entry(tmp_path)
    assert cache.sources([kept]) == {kept.path: "5 texts, by slow"}
    assert cache.trim(0) == [kept]
    assert not cache.entries()


@pytest.mark.skipif(
    "NLTK_DATA" not in os.environ, reason="NLTK_DATA is not set: NLTK's data are in its folder"
)
def test_nltk_s_tokens_follow_from_its_data_and_from_its_version():
    registry = build_registry()
    make = registry.get("tokenizer", "nltk-word").factory
    words = make(stop_words="english", sentences="none").depends_on()
    assert [path.name.removesuffix(".zip") for path in words] == ["stopwords"]
    assert [path.name for path in make().depends_on()] == ["english"]
    assert make(sentences="none").depends_on() == []
    requires = registry.get("tokenizer", "nltk-word").plugin.requires
    assert any(required.startswith("nltk") for required in requires)
