"""What a recipe says to the mutants of tokenizers and function words: no wrong result without a word."""

from __future__ import annotations

import csv
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner

import embedkit
from embedkit.cli.program import program
from embedkit.errors import EmbedkitError
from embedkit.testing.suite import all_checks

MUTANTS = Path(__file__).parent / "mutants"
TEXTS = ("great film", "Great fun", "dull film", "dull and slow")


@dataclass(frozen=True)
class Noticed:
    """A recipe with the mutant and one more of the `texts` ends with an error that says `message`."""

    message: str
    text: str = "a film"
    component: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Warned:
    """The recipe runs, and warns of `message`."""

    message: str
    component: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Right:
    """The recipe runs, and its vocabulary has the words of the texts: the reason is `why`."""

    why: str


COMMON = {
    "can-be-imported": Noticed("cannot be imported from 'embedkit_mutant.words:Mutant'"),
    "imports-nothing-heavy": Right("only the start is slower"),
    "import-prints-nothing": Right("it is printed on standard error"),
    "import-warns-of-nothing": Right("the warning is shown"),
    "import-changes-nothing": Right("a run seeds its generators after the import"),
    "has-a-docstring": Right("only the description is missing"),
    "no-misspelt-flag": Noticed("has an attribute 'run_code' - did you mean 'runs_code'?"),
    "parameters-typed": Noticed("constructor parameter '**options: str' cannot be passed by keyword"),
    "parameters-documented": Right("only the description is missing"),
    "defaults-valid": Noticed("the default of 'ending', the integer 0, is not what its annotation allows"),
    "parameters-used": Warned("nothing in its code reads 'ending'", {"ending": "!"}),
    "can-be-made": Noticed("could not be made: TypeError: int() argument"),
    "does-its-work": Noticed("tokenize() of 5 texts raised KeyError: 'slow'", "not slow"),
    "prints-nothing": Right("it is printed on standard error"),
    "leaves-generators-alone": Warned("Python's global generator"),
    "leaves-its-input-alone": Right("it is given a list of its own"),
    "deterministic": Noticed("cuts the text"),
    "can-be-pickled": Right("processes make components of their own"),
    "works-in-threads": Right("a run uses a tokenizer in one thread"),
}
TOKENIZERS = {
    "tokenizer-one-list-per-text": Noticed("expected a list of 5 lists of tokens, got 4 of them", ""),
    "tokenizer-lists-of-strings": Noticed("expected lists of strings, got tuple"),
    "tokenizer-empty-text": Noticed("expected tokens of at least one character, got an empty one", ""),
    "tokenizer-no-texts": Right("a split has texts"),
    "tokenizer-no-empty-token": Noticed("expected tokens of at least one character", "two  spaces"),
    "tokenizer-each-text-by-itself": Noticed("cuts the text"),
    "tokenizer-answers-are-independent": Right("tokens are taken before the next call"),
    "tokenizer-any-characters": Noticed("raised UnicodeEncodeError", "한국어"),
    "tokenizer-whole-characters": Noticed("expected tokens that are Unicode", "abc\U0001f3ac"),
    "tokenizer-long-text": Noticed("raised RecursionError", "a film " * 2_000),
    "tokenizer-depends-on-files": Right("tokens of files that are missing are not cached"),
}
FUNCTION_WORDS = {
    "function-words-are-strings": Noticed("words(): expected a collection of strings, got str"),
    "function-words-are-words": Noticed("words without white space at their ends, which tokens do not have"),
    "function-words-are-some": Warned("has no words"),
    "function-words-tags": Noticed("tags(): expected a collection of strings, got str"),
}
EXPECTED = {**COMMON, **TOKENIZERS, **FUNCTION_WORDS}


def test_every_mutant_of_these_kinds_is_here():
    own = {check.id for check in all_checks() if {"tokenizer", "function-words"} & {*check.kinds}}
    assert {*EXPECTED} == own - {"reads-damaged-files", "names-damaged-files"}  # a test of files has those


@pytest.fixture
def run(install, tmp_path):
    """Runs a recipe with the mutant of a check; returns the run."""

    def run(check_id, text="", component=None):
        source = (MUTANTS / f"{check_id.replace('-', '_')}.py").read_text(encoding="utf-8")
        install("embedkit-mutant", source, entries=["mutant"])
        words = check_id in FUNCTION_WORDS
        recipe = {
            "name": "mutant",
            "data": {"train": {"use": "inline", "texts": [*TEXTS, text], "labels": [*"aabba"]}},
            "tokenizer": "whitespace" if words else {"use": "mutant", **(component or {})},
            "embedding": {"use": "random", "dim": 2},
            "encoder": "bag",
            "training": {"epochs": 1},
            "evaluation": {"function_words": ["mutant"] if words else []},
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that of an import is what a mutant is about
            return embedkit.run(recipe, out=tmp_path / "run")

    return run


def _ids(kind):
    return [check_id for check_id, expected in EXPECTED.items() if isinstance(expected, kind)]


@pytest.mark.parametrize("check_id", _ids(Noticed))
def test_a_recipe_names_the_mutant_and_its_fault(check_id, run, tmp_path):
    expected = EXPECTED[check_id]
    with pytest.raises(EmbedkitError) as caught:
        run(check_id, expected.text, expected.component)
    assert expected.message in str(caught.value)
    assert "mutant of embedkit-mutant 1.0" in str(caught.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("check_id", _ids(Warned))
def test_a_recipe_warns_of_the_fault(check_id, run, caplog):
    run(check_id, "a film", EXPECTED[check_id].component)
    assert EXPECTED[check_id].message in caplog.text
    assert "mutant of embedkit-mutant 1.0" in caplog.text


@pytest.mark.parametrize("check_id", _ids(Right))
def test_a_recipe_is_right_where_the_fault_does_no_harm(check_id, run, tmp_path):
    assert EXPECTED[check_id].why
    run(check_id, "a film")
    with (tmp_path / "run" / "vocabulary.csv").open(encoding="utf-8", newline="") as file:
        words = [row["word"] for row in csv.DictReader(file)]
    assert words[2:] == ["great", "film", "Great", "fun", "dull", "and", "slow", "a"]


@pytest.mark.parametrize(
    ("check_id", "arguments", "message"),
    [
        ("command-is-a-click-command", ["text"], "expected a click command, got <function mutant"),
        ("command-shows-its-help", ["text"], "invalid literal for int()"),
    ],
)
def test_a_command_that_cannot_work_is_an_error(check_id, arguments, message, install):
    source = (MUTANTS / f"{check_id.replace('-', '_')}.py").read_text(encoding="utf-8")
    install("embedkit-mutant", source, commands={"mutant": "{module}:mutant"})
    done = CliRunner().invoke(program, ["mutant", *arguments])
    assert done.exit_code != 0
    assert message in str(done.exception)
