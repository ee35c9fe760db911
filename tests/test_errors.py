from __future__ import annotations

import pytest

from embedkit import errors
from embedkit.errors import EmbedkitError, Fault, RecipeError, nearest

pytestmark = pytest.mark.core

EXIT_CODES = {
    "EmbedkitError": 2,
    "RecipeError": 2,
    "ComponentError": 1,
    "PluginError": 2,
    "DataError": 2,
    "CacheError": 2,
    "VectorFileError": 2,
    "VocabularyError": 2,
    "RunError": 2,
    "UnmovedRunError": 1,
    "ScreenError": 3,
    "TrainingError": 1,
}


def test_every_error_of_the_family_has_its_exit_code_and_says_what_it_is():
    family = {
        name: value
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert {name: error.exit_code for name, error in family.items()} == EXIT_CODES
    for error in family.values():
        assert issubclass(error, EmbedkitError)
        assert error.__doc__


def test_a_fault_says_where_what_the_nearest_fit_and_what_is_allowed():
    fault = Fault("unknown key 'x'", where="r.yaml:3", nearest="y", allowed=("y", "z"), hint="See the docs.")
    assert str(fault) == ("r.yaml:3: unknown key 'x' - did you mean 'y'? (allowed: y, z)\n    See the docs.")
    assert str(Fault("it is wrong")) == "it is wrong"


def test_an_unknown_name_among_known_ones():
    fault = Fault.unknown("tokenizer", "whitspace", ["whitespace", "regex"], where="r.yaml:1")
    assert str(fault) == (
        "r.yaml:1: unknown tokenizer 'whitspace' - did you mean 'whitespace'? (allowed: regex, whitespace)"
    )


@pytest.mark.parametrize(
    ("name", "found"), [("hiden_size", "hidden_size"), ("EPOCHS", "epochs"), ("zzz", None), ("", None)]
)
def test_the_nearest_name(name, found):
    assert nearest(name, ["epochs", "hidden_size"]) == found


def test_the_nearest_name_ignores_case_on_both_sides():
    assert nearest("positive", ["NEGATIVE", "POSITIVE"]) == "POSITIVE"


def test_an_error_carries_its_faults_and_takes_plain_texts():
    error = RecipeError(Fault("a", where="x:1"), "b")
    assert [fault.what for fault in error.faults] == ["a", "b"]
    assert str(error) == "x:1: a\nb"
