from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge, Gt, Le, Len, Lt, MultipleOf, Predicate
from pydantic import ValidationError

from embedkit.plugin.parameters import parameters_of
from embedkit.recipe.document import Document, Findings, Origin
from embedkit.recipe.validation_faults import explain

pytestmark = pytest.mark.core


class Many:
    def __init__(
        self,
        *,
        columns: list[str] | str = "x",
        way: Literal["mean", "max"] | int = "mean",
        nested: list[list[int]] | None = None,
        pair: tuple[int, int] = (1, 2),
        few: Annotated[list[int], Len(1, 2)] = [],  # noqa: B006
        names: Mapping[str, int] | None = None,
        words: Annotated[str, Len(2, 3)] = "ab",
        even: Annotated[int, MultipleOf(2)] = 2,
        lower: Annotated[str, Predicate(str.islower)] = "a",
        between: Annotated[float, Gt(0), Lt(1)] = 0.5,
        within: Annotated[int, Ge(1), Le(3)] = 1,
        kinds: set[str] | None = None,
        steps: Sequence[int] = (),
    ) -> None: ...


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"columns": 3}, ["enc.columns: expected a list or a text, got the integer 3"]),
    ({"columns": ["a", 3, 4]}, [
        "enc.columns.1: expected a text, got the integer 3",
        "enc.columns.2: expected a text, got the integer 4",
    ]),
    ({"way": "mena"}, [
        "enc.way: expected 'mean' or 'max' or an integer, got the text 'mena' - did you mean 'mean'?"
    ]),
    ({"nested": [[1], [2, "x"]]}, ["enc.nested.1.1: expected an integer, got the text 'x'"]),
    ({"nested": [1]}, ["enc.nested.0: expected a list, got the integer 1"]),
    ({"pair": [1]}, ["enc.pair: missing item 1"]),
    ({"pair": [1, 2, 3]}, ["enc.pair: expected 2 items or fewer, got 3"]),
    ({"few": []}, ["enc.few: expected 1 or more items, got 0"]),
    ({"few": [1, 2, 3]}, ["enc.few: expected 2 items or fewer, got 3"]),
    ({"names": {"a": "b"}}, ["enc.names.a: expected an integer, got the text 'b'"]),
    ({"names": ["a"]}, ["enc.names: expected a mapping, got a list"]),
    ({"words": "a"}, ["enc.words: expected a text of at least 2 characters, got the text 'a'"]),
    ({"words": "a" * 99}, [
        f"enc.words: expected a text of at most 3 characters, got the text '{'a' * 59}…'"
    ]),
    ({"even": 3}, ["enc.even: expected a multiple of 2, got the integer 3"]),
    ({"between": 0}, ["enc.between: expected more than 0, got the integer 0"]),
    ({"between": 1.0}, ["enc.between: expected less than 1, got the number 1.0"]),
    ({"within": 0}, ["enc.within: expected at least 1, got the integer 0"]),
    ({"within": 4}, ["enc.within: expected at most 3, got the integer 4"]),
    ({"kinds": "x"}, ["enc.kinds: expected a list, got the text 'x'"]),
    ({"steps": "12"}, ["enc.steps: expected a list, got the text '12'"]),
    ({"steps": {"a": 1}}, ["enc.steps: expected a list, got a mapping"]),
    ({"evn": 2, "odd": 1}, [
        "enc: unknown key 'evn' - did you mean 'even'? (allowed: even)",
        "enc: unknown key 'odd' (allowed: even)",
    ]),
]  # fmt: skip


def messages_of(data: dict[str, Any]) -> list[str]:
    findings = Findings(Document({}, {(): Origin(0, 1, "r.yaml:1", Path())}))
    with pytest.raises(ValidationError) as caught:
        parameters_of(Many).model_validate_json(json.dumps(data))
    explain(caught.value, data, ("enc",), {(): ["even"]}, findings)
    return [str(fault) for _, fault in findings.faults]


@pytest.mark.parametrize(("data", "messages"), WRONG, ids=[str(data)[:50] for data, _ in WRONG])
def test_what_pydantic_found_in_words(data, messages):
    assert messages_of(data) == [f"r.yaml:1: {message}" for message in messages]


def test_what_only_pydantic_has_words_for():
    (message,) = messages_of({"lower": "A"})
    assert re.fullmatch(r"r\.yaml:1: enc\.lower: .*islower.* failed, got the text 'A'", message)
