"""Ids of combinations: readable names of directories, which follow from the values of the axes alone.

The id of a combination is the same whatever other values its matrix has, and in whatever order. Where the
readable text of a value could be that of another one, by its characters, its case or its length, a digest of
the value follows.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from embedkit.files.names import portable
from embedkit.recipe.document import Plain
from embedkit.recipe.scalars import resolve
from embedkit.recipe.slots import kind_at

REPEATS = ("seed", "data.folds.only")
"""Axes whose values repeat a candidate, and do not make another one: the last in an id."""

LONGEST = 72
"""Bytes of an id; a fold and a seed follow it in the name of a directory."""

LONGEST_VALUE = 40
"""Bytes of a value in an id, without its digest."""

DIGITS = 8
"""Hexadecimal digits of a digest."""

EMPTY = "empty"

_PLAIN = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
_KEY = re.compile(r"[a-z0-9_.]+")
_NEGATIVE = re.compile(r"minus[0-9.]")


class Shown(NamedTuple):
    """A value as text, and whether no other value has this text."""

    text: str
    exact: bool


def combination_ids(combinations: Sequence[Plain], keys: Iterable[str]) -> list[str]:
    """Return the ids of combinations, each given by its axes: dotted keys and plain values.

    `keys` are those of all axes of their matrix: an id has the last part of a key, and the whole of it only
    where two keys end alike. The ids of distinct combinations are distinct, even where case is ignored.
    """
    names = _names(keys)
    ids = [_id(axes, names) for axes in combinations]
    claims = Counter(map(str.casefold, ids))
    pairs = zip(ids, combinations, strict=True)
    return [text if claims[text.casefold()] == 1 else _with_digest(text, axes) for text, axes in pairs]


def _names(keys: Iterable[str]) -> dict[str, str]:
    """Return for each dotted key what an id calls it."""
    ends = {key: key.rpartition(".")[2] for key in keys}
    claims = Counter(ends.values())
    return {key: end if claims[end] == 1 and not end.isdecimal() else key for key, end in ends.items()}


def _id(axes: Plain, names: Mapping[str, str]) -> str:
    keys = sorted(axes, key=lambda key: (key in REPEATS, key))
    parts = [_part(key, axes[key], names[key]) for key in keys]
    text = "--".join(parts)
    if len(text.encode()) > LONGEST:
        return _with_digest("--".join(_that_fit(parts)), axes)
    return text if portable(text) == text else _with_digest(portable(text), axes)


def _that_fit(parts: Sequence[str]) -> Sequence[str]:
    """Return the first parts of an id that leave room for a digest: whole ones, or a piece of the first."""
    sizes = accumulate(len(part.encode()) + len("--") for part in parts)
    count = sum(size <= LONGEST - DIGITS for size in sizes)
    return parts[: max(count, 1)]


def _part(key: str, value: Any, name: str) -> str:
    """Return an axis in an id: its name and value, or a component alone, which tells what it is."""
    shown = _shown(value)
    text = _tidied(shown.text, LONGEST_VALUE)
    exact = shown.exact and text == shown.text
    if not _is_component(key, value):
        exact = exact and _KEY.fullmatch(name) is not None
        text = f"{_tidied(portable(name, 'key'), LONGEST_VALUE)}-{text}"
    return text if exact else f"{text}-{_digest([key, value])}"


def _is_component(key: str, value: Any) -> bool:
    """Return whether a value is a component by name, alone at its key."""
    named = isinstance(value, str) or (isinstance(value, Mapping) and isinstance(value.get("use"), str))
    return named and "." not in key and kind_at((key,)) is not None


def _shown(value: Any) -> Shown:
    if isinstance(value, Mapping):
        return _shown_mapping(value)
    if isinstance(value, list | tuple):
        items = [_shown(item) for item in value]
        exact = all(item.exact and "_" not in item.text for item in items)
        return Shown("_".join(item.text for item in items) or EMPTY, exact)
    return _shown_text(value) if isinstance(value, str) else _shown_scalar(value)


def _shown_mapping(value: Plain) -> Shown:
    """Return a component, or another mapping, as text: its name, then its keys with their values, sorted."""
    shown = {key: _shown(value[key]) for key in sorted(value)}
    name = [shown.pop("use")] if "use" in shown else []
    # The name of a file tells that it is one.
    bare = {key for key, each in shown.items() if key == "path" and not each.exact}
    texts = [
        *(each.text for each in name),
        *(each.text if key in bare else f"{key}-{each.text}" for key, each in shown.items()),
    ]
    exact = [
        *(each.exact for each in name),
        *(
            each.exact and _KEY.fullmatch(key) and (_is_number(value[key]) or "-" not in each.text)
            for key, each in shown.items()
        ),
    ]
    return Shown("-".join(texts) or EMPTY, bool(exact) and all(exact))


def _shown_text(text: str) -> Shown:
    """Return a text as it is or, if it could be taken for something else, the portable part of it."""
    ambiguous = "--" in text or text == EMPTY or _NEGATIVE.match(text) or not isinstance(_read(text), str)
    if _PLAIN.fullmatch(text) and not ambiguous:
        return Shown(text, exact=True)
    last = re.split(r"[/\\]", text.rstrip("/\\"))[-1]
    return Shown(portable(last, "text"), exact=False)


def _read(text: str) -> Any:
    try:
        return resolve(text)
    except ValueError:
        return None


def _shown_scalar(value: Any) -> Shown:
    text = json.dumps(value).lower().replace("+", "")
    return Shown(f"minus{text[1:]}" if text.startswith("-") else text, exact=True)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _tidied(text: str, longest: int) -> str:
    """Return a text without repeated hyphens, cut to at most `longest` bytes."""
    single = re.sub("-{2,}", "-", text)
    return single.encode()[:longest].decode(errors="ignore").rstrip("._-")


def _with_digest(text: str, axes: Plain) -> str:
    room = LONGEST - DIGITS - 1
    return f"{text.encode()[:room].decode(errors='ignore').rstrip('._-')}-{_digest(axes)}"


def _digest(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:DIGITS]


def canonical(value: Any) -> str:
    """Return plain data as JSON that does not depend on the order of keys."""
    return json.dumps(value, sort_keys=True, default=_as_plain)


def _as_plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else list(value)
