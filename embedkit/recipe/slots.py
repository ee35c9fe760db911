"""Where components stand in a recipe, of which kind they are, and which stand there by default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from embedkit.recipe.document import KeyPath, Plain
from embedkit.recipe.sections.section import Section, field_at


@dataclass(frozen=True)
class Slot:
    """A place in a recipe where a component stands, or a list of them; null too if `optional`."""

    kind: str
    many: bool = False
    optional: bool = False


SLOTS: Mapping[KeyPath, Slot] = MappingProxyType(
    {
        ("data", "train"): Slot("reader"),
        ("data", "validation"): Slot("reader"),
        ("data", "test"): Slot("reader"),
        ("baseline",): Slot("baseline"),
        ("tokenizer",): Slot("tokenizer"),
        ("embedding",): Slot("embedding"),
        ("oov",): Slot("oov", many=True),
        ("encoder",): Slot("encoder"),
        ("averaged_with",): Slot("baseline", optional=True),
        ("evaluation", "metrics"): Slot("metric", many=True),
        ("evaluation", "baselines"): Slot("baseline", many=True),
        ("evaluation", "function_words"): Slot("function-words", many=True),
    }
)
"""Where components stand, and of which kind they are."""


def slots_of(schema: type[Section]) -> Mapping[KeyPath, Slot]:
    """Return where components stand in a recipe of `schema`, and of which kind they are."""
    other = {path: Slot(kind) for path, kind in schema.other_kinds.items()}
    return {path: other.get(path, slot) for path, slot in SLOTS.items()}


SHARES = (("data", "validation"), ("data", "test"))
"""Where a share of the training data may stand in place of a reader."""

DEFAULTS: Mapping[KeyPath, tuple[str, ...]] = MappingProxyType(
    {
        ("oov",): ("zero",),
        ("evaluation", "metrics"): ("accuracy",),
        ("evaluation", "baselines"): ("majority", "tfidf-logistic-regression", "nbsvm"),
        ("evaluation", "function_words"): ("english",),
    }
)
"""The components that stand where a recipe names none, in the sections that have no default of their own."""

Default = Sequence[str] | Plain
"""The names of the components of a list, or one component as it stands in YAML."""


def defaults_of(schema: type[Section]) -> Mapping[KeyPath, Default]:
    """Return the components used if a recipe of `schema` names none, by the path of their key."""
    fields = {path: field_at(schema, path) for path in DEFAULTS}
    listed = {path: DEFAULTS[path] for path, field in fields.items() if field and field.is_required()}
    return {**listed, **schema.default_components}


def kind_at(path: KeyPath) -> str | None:
    """Return the kind of the component at `path`; None if `path` is no place for a component."""
    slot = SLOTS.get(path)
    if slot and not slot.many:
        return slot.kind
    listed = SLOTS.get(path[:-1])
    return listed.kind if listed and listed.many else None
