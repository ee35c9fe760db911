"""Find labels that are probably the same class, or no class: similar spellings, and missing values."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from embedkit.data.labels import label_order, parts_of
from embedkit.errors import Fault, shortened

if TYPE_CHECKING:
    from embedkit.data.examples import Examples

SHOWN = 5
"""Groups of labels that a warning names."""

NAMED = 10
"""Classes that are listed with their counts, or in a map of labels to write."""

LABEL = 200
"""Characters of a label that is no text."""

LONGEST = 1_000
"""Characters of a label that is compared: longer ones are no spellings of a class."""

_SPREADSHEETS = {"#n/a", "#na", "#value!", "#ref!", "#name?", "#div/0!"}
MISSING = _SPREADSHEETS | {"nan", "-nan", "null", "na", "n/a", "n.a.", "<na>", "nat", "?", "none"}
"""How tables spell a missing value, in lower case: pandas, R, SQL and Excel."""

A_CLASS_TOO = "none"
"""A spelling of a missing value that, in lower case, may well be a class."""


def check_labels(splits: Mapping[str, Examples], separator: str | None) -> list[Fault]:
    """Return faults for labels that look alike, spell a missing value, are long, or have one example."""
    counts = count_labels(splits.values(), separator)
    return [*_long(counts), *_alike(counts), *_missing(counts), *_lone(counts, splits, separator)]


def count_labels(splits: Iterable[Examples], separator: str | None) -> Counter[str]:
    """Count the examples of each label over all splits, in the order of the classes."""
    counted: Counter[str | None] = Counter()
    for examples in splits:
        counted.update(examples.labels)
    counts: Counter[str] = Counter()
    for label, count in counted.items():
        counts.update(dict.fromkeys(() if label is None else parts_of(label, separator), count))
    return Counter({label: counts[label] for label in sorted(counts, key=label_order)})


def describe_counts(counts: Mapping[str, int]) -> str:
    """Return a summary such as `2 classes: neg 11, pos 12`; ␠ marks white space at the ends of a label."""
    few = [f"{visible(label)} {count:,}" for label, count in [*counts.items()][:NAMED]]
    more = [f"… and {len(counts) - NAMED:,} more"] if len(counts) > NAMED else []
    return f"{len(counts):,} classes: {', '.join([*few, *more])}"


def visible(label: str) -> str:
    """Return `label` for a message: shortened, with ␠ for white space at its ends."""
    inner = label.strip()
    before, after = label.partition(inner)[::2] if inner else (label, "")
    return shortened("␠" * len(before) + inner + "␠" * len(after))


def likeness(label: str) -> str:
    """Return a normal form of `label`, which is the same for labels that look alike.

    White space and quotes at the ends, and invisible characters, are dropped; inner white space becomes one
    space; case and width are folded; numbers are compared by value, and true and false are 1 and 0. A very
    long label is returned unchanged.
    """
    if len(label) > LONGEST:
        return label
    folded = unicodedata.normalize("NFKC", label).casefold()
    seen = "".join(character for character in folded if unicodedata.category(character) != "Cf")
    plain = " ".join(seen.split()).strip("\"'“”‘’ ")
    try:
        return repr(float({"true": "1", "false": "0"}.get(plain, plain)))
    except ValueError:
        return plain


def is_missing(label: str) -> bool:
    """Return whether `label` is a table's spelling of a missing value."""
    plain = label.strip()
    return not plain or (plain.casefold() in MISSING and plain != A_CLASS_TOO)


def _long(counts: Mapping[str, int]) -> Iterator[Fault]:
    long = [label for label in counts if len(label) > LABEL]
    if long:
        most = max(map(len, long))
        what = f"{len(long):,} labels have more than {LABEL} characters, the longest {most:,}"
        yield Fault(
            f"{what}: '{visible(long[0])}'", "data.train", hint="Are the columns `text` and `label` swapped?"
        )


def _alike(counts: Mapping[str, int]) -> Iterator[Fault]:
    groups: dict[str, list[str]] = {}
    for label in counts:
        groups.setdefault(likeness(label), []).append(label)
    alike = [group for group in groups.values() if len(group) > 1]
    if alike:
        shown = ", ".join(
            " and ".join(f"'{visible(label)}' ({counts[label]:,})" for label in group[:SHOWN])
            for group in alike[:SHOWN]
        )
        more = f", and {len(alike) - SHOWN:,} more" if len(alike) > SHOWN else ""
        hint = f"Where they are one class, write {_map(counts, alike)}; `strip: true` drops white space."
        yield Fault(f"labels look alike: {shown}{more}", "data.train", hint=hint)


def _map(counts: Mapping[str, int], alike: Sequence[Sequence[str]]) -> str:
    """Return the `label_map`, in YAML, that replaces similar labels by the most frequent one of them."""
    chosen = {label: max(group, key=counts.__getitem__) for group in alike for label in group}
    wanted = [*counts] if len(counts) <= NAMED else [*chosen][:NAMED]
    pairs = [f"{_quoted(label)}: {_quoted(chosen.get(label, label))}" for label in wanted]
    return f"`label_map: {{{', '.join([*pairs, *(['…'] if len(wanted) < len(counts) else [])])}}}`"


def _quoted(label: str) -> str:
    """Return a label as a double-quoted YAML string, shortened."""
    import json

    return json.dumps(shortened(label), ensure_ascii=False)


def _missing(counts: Mapping[str, int]) -> Iterator[Fault]:
    spelt = [label for label in counts if is_missing(label)]
    if spelt:
        shown = ", ".join(f"'{visible(label)}' ({counts[label]:,})" for label in spelt[:SHOWN])
        hint = f"`label_map: {{{_quoted(spelt[0])}: null, …}}` leaves their rows out; it names every label."
        yield Fault(f"labels spell a missing value: {shown}", "data.train", hint=hint)


def _lone(
    counts: Mapping[str, int], splits: Mapping[str, Examples], separator: str | None
) -> Iterator[Fault]:
    lone = [label for label, count in counts.items() if count == 1]
    if len(splits) < 2 or not lone:
        return
    learnt = count_labels([splits["train"]], separator)
    alone = [label for label in lone if label in learnt]
    if alone:
        shown = ", ".join(map(visible, alone[:SHOWN])) + (", …" if len(alone) > SHOWN else "")
        have = "1 class has one example"
        if len(alone) > 1:
            have = f"{len(alone):,} classes have one example each"
        hint = "No figure says how they are predicted; `label_map` puts them together, or leaves them out."
        yield Fault(f"{have}, in the training split: {shown}", "data.train", hint=hint)
