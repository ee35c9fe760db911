"""The encoding of token columns in CSV cells.

Tokens are a JSON list; their states are a string of one character each, the first letter of the state's name
or `?` for unknown; whether they are content is a string of one digit each; the numbers of their pieces are a
JSON list.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from embedkit.model.token_states import OF_PIECES, OF_WORDS

_LETTERS = {state: state[0] for state in (*OF_WORDS.states, *OF_PIECES.states)} | {"unknown": "?"}
_STATES = {letter: state for state, letter in _LETTERS.items()}

ENCODE: Mapping[str, Callable[[Any], str]] = {
    "oov_tokens": partial(json.dumps, ensure_ascii=False),
    "token_list": partial(json.dumps, ensure_ascii=False),
    "token_states": lambda states: "".join(map(_LETTERS.__getitem__, states)),
    "token_content": lambda content: "".join(map(str, content)),
    "token_pieces": json.dumps,
}

DECODE: Mapping[str, Callable[[str], list[Any]]] = {
    "oov_tokens": json.loads,
    "token_list": json.loads,
    "token_states": lambda letters: _states(letters),
    "token_content": lambda digits: [*map(int, digits)],
    "token_pieces": lambda cell: _counts(json.loads(cell)),
}


def _states(letters: str) -> list[str]:
    """Return the states of tokens. Raises ValueError if a letter stands for none."""
    try:
        return [*map(_STATES.__getitem__, letters)]
    except KeyError as error:
        raise ValueError(f"{error} is the letter of no state") from error


def _counts(value: object) -> list[int]:
    """Return the numbers of pieces. Raises ValueError unless they are a list of whole numbers from 0."""
    if not isinstance(value, list) or not all(type(count) is int and count >= 0 for count in value):
        raise ValueError("no list of whole numbers from 0")
    return value


def encode(header: Sequence[str], row: Sequence[object]) -> list[object]:
    """Return the cells of a row, with token columns encoded for the CSV file."""
    return [ENCODE[name](value) if name in ENCODE else value for name, value in zip(header, row, strict=True)]
