"""What a recipe says to the mutants of the kinds that give data: a message, never a wrong result."""

from __future__ import annotations

import gc
import gzip
import importlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import embedkit
from embedkit.errors import EmbedkitError
from embedkit.testing.suite import all_checks

MUTANTS = Path(__file__).parent / "mutants"
TEXTS = ["great film", "Great fun 1990s a", "dull film", "dull and slow"]
VECTORS = {"great": [1, 2], "film": [2, 1], "dull": [0, -1], "slow": [-1, 0.5]}


@dataclass(frozen=True)
class Noticed:
    """A recipe with the mutant, changed by `sections`, ends with an error that says `message`.

    The error `names` the plugin or, where the texts are wrong, their key.
    """

    message: str
    sections: dict = field(default_factory=dict)
    vectors: dict = field(default_factory=lambda: VECTORS)
    names: str = "of embedkit-mutant 1.0"
    change: Callable[[bytes], bytes] = bytes


@dataclass(frozen=True)
class Warned:
    """The recipe runs, and warns of `message`; with `strict` this is an error."""

    message: str
    sections: dict = field(default_factory=dict)


@dataclass(frozen=True)
class InPrediction:
    """The recipe runs; predicting a text with new words ends with an error that says `message`."""

    message: str
    sections: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Harmless:
    """The recipe runs, and nothing is wrong with its results: the reason is `why`."""

    why: str
    sections: dict = field(default_factory=dict)
    change: Callable[[bytes], bytes] = bytes


class Unnoticed(Harmless):
    """The recipe runs, and the fault can only be found by the check: the reason is `why`."""


LAST = {"oov": ["mutant"]}
BEFORE_ZERO = {"oov": ["mutant", "zero"]}

POLICIES = {
    "oov-total-is-stated": Noticed("expected a class attribute 'total', True or False", LAST),
    "oov-candidates-are-strings": Noticed("a sequence of strings, got str 'great'", BEFORE_ZERO),
    "oov-candidates-of-any-word": Noticed("candidates() of the word 'a' raised IndexError", BEFORE_ZERO),
    "oov-fill-shapes": Noticed("an array of float32 and shape [6, 2], got ndarray of float64", LAST),
    "oov-fill-spellings": Noticed("a text, or None, for each word", BEFORE_ZERO),
    "oov-fill-is-finite": Noticed("finite numbers, got NaN", LAST),
    "oov-fill-names-known-words": Noticed("words that the source has, got '<unk>'", LAST),
    "oov-total-policy-fills-every-word": Noticed("ends the chain but left 2 words", LAST),
    "oov-fill-follows-the-words": Noticed("another vector when the words come in another order", LAST),
    "oov-fill-of-no-words": Harmless("a policy is asked only where words are missing", LAST),
    "oov-fill-of-any-word": Noticed("fill() for 6 words raised IndexError", LAST),
    "oov-fill-without-subwords": Noticed("has no 'subword'", BEFORE_ZERO),
    "oov-fill-without-found-words": Noticed("finite numbers, got NaN", LAST, {"other": [1, 2]}),
    "oov-fill-without-training-tokens": InPrediction(
        "fill() for 1 words raised ValueError: max()", BEFORE_ZERO
    ),
    "oov-needs-subwords-is-stated": Harmless(
        "the words are left to the next policy; only the warning is missing that none can be filled",
        BEFORE_ZERO,
    ),
}

EMBEDDING = {"embedding": "mutant"}
ASKED_SUBWORDS = {"oov": ["subword", "zero"]}
SUBWORDS = {**EMBEDDING, **ASKED_SUBWORDS}
LOOKED_UP = {"embedding": {"use": "mutant", "unseen": "lookup"}}


def inline(*texts):
    return {"data": {"train": {"use": "inline", "texts": [*texts], "labels": ["a", "b"] * (len(texts) // 2)}}}


EMBEDDINGS = {
    "embedding-opens-a-source": Noticed("open(): expected something with 'lookup', got dict", EMBEDDING),
    "embedding-dim": Noticed("dim: expected an integer from 1, got function", EMBEDDING),
    "embedding-unk": Noticed("unk: expected an array of float32 and shape [2], got tuple", EMBEDDING),
    "embedding-lookup-shapes": Noticed(
        "lookup().vectors: expected an array of float32 and shape [9, 2], got ndarray of float64", EMBEDDING
    ),
    "embedding-lookup-is-finite": Noticed("lookup().vectors: expected finite numbers", EMBEDDING),
    "embedding-missing-words-are-zero": Harmless(
        "vectors of words that are not found are not read", EMBEDDING
    ),
    "embedding-rows-of-found-words": Noticed(
        "a row from 0 of every word that is found, or else -1", EMBEDDING
    ),
    "embedding-rows-differ": Harmless(
        "rows count only where an evaluation takes the first of them", EMBEDDING
    ),
    "embedding-lookup-order": Noticed("when it is looked up again, with others, in another order", EMBEDDING),
    "embedding-word-alone": Noticed("has another vector when it is looked up again, alone", EMBEDDING),
    "embedding-repeated-words": Harmless("no word is asked for twice at once", EMBEDDING),
    "embedding-lookup-of-no-words": Harmless("a vocabulary has words", EMBEDDING),
    "embedding-lookup-of-any-word": Noticed("lookup() of 9 words raised IndexError", EMBEDDING),
    "embedding-words-are-exact": Harmless("the vectors are those that the source means", EMBEDDING),
    "embedding-standalone-is-stated": InPrediction("'mutant' gives another vector of", LOOKED_UP),
    "embedding-answers-are-independent": Harmless("embedkit writes into its own arrays alone", EMBEDDING),
    "embedding-subword-shapes": Noticed("subword().vectors: expected an array of float32", SUBWORDS),
    "embedding-subword-of-no-words": Noticed(
        "subword().vectors: expected an array of float32 and shape [0, 2]",
        {**SUBWORDS, **inline("great film", "dull film")},
    ),
    "embedding-subword-of-any-word": Noticed("subword() raised IndexError", SUBWORDS),
    "embedding-subword-rows": Noticed("subword().rows: expected -1 for every word, got row", SUBWORDS),
    "embedding-blocks-agree": Harmless("training looks words up, and does not list them", EMBEDDING),
}

FILE = "vectors.txt"


def damage(content):
    return content.replace(b"great ", b"great \xb2")


READ = {"data": {"train": "mutant"}}
DAMAGED = {"data": {"train": {"use": "mutant", "path": __file__}}}

READERS = {
    "reader-gives-examples": Noticed("read(), example 1: expected an Example, got dict", READ),
    "reader-has-examples": Noticed("data.train: the split has no examples", READ, names="data.train"),
    "reader-ids": Noticed("read(), example 1, id: expected an integer from 1, got int 0", READ),
    "reader-ids-increase": Warned("data.train: 1 ids occur more than once: 1", READ),
    "reader-texts": Noticed("read(), example 1, text: expected a string, got bytes", READ),
    "reader-labels": Noticed("read(), example 1, label: expected a string or None, got int", READ),
    "reader-groups": Noticed("read(), example 1, group: expected a string or None, got int", READ),
    "reader-strings-are-unicode": Noticed(
        "the text of example 1 holds half a surrogate pair", READ, names="data.train"
    ),
    "reader-error-says-where": Noticed("vectors.txt: is not UTF-8", READ, names=FILE, change=damage),
    "reader-closes-its-files": Harmless("the file is closed when the run ends", READ),
    "reads-damaged-files": Noticed("read() raised after 0 examples: JSONDecodeError", DAMAGED),
    "names-damaged-files": Noticed("data.train: this is no JSON", DAMAGED, names="data.train"),
}


def halve(content):
    return content[: len(content) // 2]


def shorten(content):
    return content[:3]


FORMATS = {
    "format-recognises-its-file": Noticed("holds no word vectors that can be read", names=FILE),
    "format-recognises-no-other-file": Harmless("built-in formats are tried first"),
    "format-recognises-short-files": Noticed(
        "telling whether a file is of it raised error: unpack requires", change=shorten
    ),
    "format-has-no-parameters": Harmless("the parameter has its default"),
    "format-opens-its-file": Noticed("raised AttributeError: 'dict' object has no attribute 'dim'"),
    "format-dim": Noticed("expected dim from 1 to"),
    "format-count": Noticed("expected count of at least 0, or None, got int -1"),
    "format-descriptions": Noticed("expected dtype as a string, got type"),
    "format-files": Noticed("words-of-odd.txt", names="words-of-odd.txt"),
    "format-blocks-shapes": Noticed("expected vectors of float32 [1, 2], got float64 [1, 2]"),
    "format-has-vectors": Noticed("has no vectors", names=FILE),
    "format-blocks-begin-anew": Harmless("training reads a file once"),
    "format-count-agrees": Noticed("should have 201 vectors; there are 200", names=FILE),
    "format-compressed-file": Unnoticed("only the format knows where its file ends", change=gzip.compress),
    "format-truncated-file": Noticed("should have 200 vectors; there are", names=FILE, change=halve),
    "format-damaged-file": Noticed("raised ValueError: could not convert", change=damage),
    "format-runs-code-is-stated": Unnoticed("a plugin that hides what it runs is trusted code itself"),
    "format-subword": Noticed(
        "subword().vectors: expected an array of float32", {"oov": ["subword", "zero"]}
    ),
}
EXPECTED = {**READERS, **EMBEDDINGS, **POLICIES, **FORMATS}
KINDS = {"reader", "embedding", "oov", "vector-format"}


def test_every_mutant_of_these_kinds_is_here():
    own = {check.id for check in all_checks() if {*check.kinds} <= KINDS}
    assert {*EXPECTED} == own | {"reads-damaged-files", "names-damaged-files"}


@pytest.fixture
def mutant(install):
    """Installs the mutant of a check."""

    def mutant(check_id):
        source = (MUTANTS / f"{check_id.replace('-', '_')}.py").read_text(encoding="utf-8")
        module = install("embedkit-mutant", source, entries=["mutant"])
        return importlib.import_module(module)

    return mutant


SMALL = {
    "name": "mutant",
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 2},
    "oov": ["zero"],
    "encoder": "bag",
    "training": {"epochs": 1},
    "evaluation": {"baselines": []},
}


@pytest.fixture
def recipe(check_id, mutant, tmp_path):
    """The recipe with the mutant of a check, which is installed, and with what the table changes."""
    module, expected = mutant(check_id), EXPECTED[check_id]
    path, use = tmp_path / FILE, "word2vec-text"
    if hasattr(module, "SAMPLE"):
        path.write_bytes(expected.change(module.SAMPLE))
        use = "vectors"
        if check_id in READERS:
            return {**SMALL, "data": {"train": {"use": "mutant", "path": str(path)}}}
    else:
        vectors = getattr(expected, "vectors", VECTORS)
        lines = [f"{word} {' '.join(map(str, numbers))}\n" for word, numbers in vectors.items()]
        path.write_text("".join([f"{len(lines)} 2\n", *lines]), encoding="utf-8")
    return {
        **SMALL,
        "data": {"train": {"use": "inline", "texts": TEXTS, "labels": ["a", "a", "b", "b"]}},
        "embedding": {"use": use, "path": str(path), "unseen": "lookup"},
        **expected.sections,
    }


def _ids(kind):
    return [check_id for check_id, expected in EXPECTED.items() if isinstance(expected, kind)]


@pytest.mark.parametrize("check_id", _ids(Noticed))
def test_a_recipe_names_the_mutant_and_its_fault(check_id, recipe, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's, of the mean of nothing
        message = _message(lambda: embedkit.run(recipe, out=tmp_path / "run"))
    assert EXPECTED[check_id].message in message
    assert EXPECTED[check_id].names in message
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("check_id", _ids(Warned))
def test_a_recipe_warns_of_the_fault(check_id, recipe, tmp_path, caplog):
    embedkit.run(recipe, out=tmp_path / "run")
    assert EXPECTED[check_id].message in caplog.text
    message = _message(lambda: embedkit.run(recipe, out=tmp_path / "strict", strict=True))
    assert EXPECTED[check_id].message in message


@pytest.mark.parametrize("check_id", _ids(InPrediction))
def test_a_prediction_names_the_mutant_and_its_fault(check_id, recipe, tmp_path):
    embedkit.run(recipe, out=tmp_path / "run")
    classifier = embedkit.load(tmp_path / "run")
    message = _message(lambda: classifier.predict(["great unheard film"]))
    assert EXPECTED[check_id].message in message
    assert "mutant" in message


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # a reader leaves its file open
@pytest.mark.parametrize("check_id", _ids(Harmless))
def test_a_recipe_runs_where_the_fault_does_no_harm(check_id, recipe, tmp_path):
    assert EXPECTED[check_id].why
    assert embedkit.run(recipe, out=tmp_path / "run").metrics["train"]["n"] > 2
    gc.collect()


def _message(call):
    with pytest.raises(EmbedkitError) as caught:
        call()
    return str(caught.value)


def test_an_evaluation_of_vectors_compares_listed_and_looked_up_ones(mutant, tmp_path):
    mutant("embedding-blocks-agree")
    pairs = tmp_path / "pairs.txt"
    pairs.write_text("great\tfilm\t5\ngreat\tdull\t1\n", encoding="utf-8")
    recipe = {"name": "vectors", "embedding": "mutant", "intrinsic": {"similarity": [str(pairs)]}}
    message = _message(lambda: embedkit.run(recipe, out=tmp_path / "run"))
    assert "embedding 'mutant' (mutant of embedkit-mutant 1.0) has a vector of the word 'great'" in message
    assert "in blocks() and another in lookup()" in message
