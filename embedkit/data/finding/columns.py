"""Choice of the columns of texts and labels, by their names and by their values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from embedkit.data.finding.content import Profile
from embedkit.data.finding.found import Column, Wishes, example_of
from embedkit.data.finding.names import is_neither, label_rank, text_rank
from embedkit.errors import DataError, Fault, shortened
from embedkit.recipe.document import Plain

LONGER = 2.0
"""How many times as long as the others the texts of a column are that is chosen for it."""

CALLED, SURELY, NAMED, PERHAPS = 5, 4, 3, 2
"""Ranks from which on a name says what a column is; the first is `text` or `label` itself."""

LISTED = 8
"""Columns that a message gives an example of."""


@dataclass(frozen=True)
class Roles:
    """The names of the columns of texts, labels and groups, and how many different labels the sample has."""

    text: str
    label: str
    group: str | None
    classes: int
    whole: bool

    def spec(self) -> Plain:
        """Return the keys of a reader for these columns."""
        group = {"group": self.group} if self.group else {}
        return {"text": self.text, "label": self.label, **group}


def choose_columns(columns: Sequence[Column], wishes: Wishes, whole: bool, where: str) -> Roles:
    """Return the columns for texts, labels and groups: those of `wishes`, or those that fit best.

    `whole` tells whether the sample is the whole file. Raises DataError, naming the flag that is missing, if
    no column or more than one fits.
    """
    refuse_unknown(wishes, [column.name for column in columns], where)
    profiles = [Profile(column) for column in _named_once(columns) if column.name != wishes.group]
    text = wishes.text or _text([each for each in profiles if each.name != wishes.label], columns, where)
    label = wishes.label or _label([each for each in profiles if each.name != text], whole, columns, where)
    chosen = next(Profile(column) for column in columns if column.name == label)
    return Roles(text, label, wishes.group, chosen.different, whole)


def refuse_unknown(wishes: Wishes, names: Sequence[str], where: str) -> None:
    """Raise DataError for columns of `wishes` that are not among `names`."""
    flags = {"--text": wishes.text, "--label": wishes.label, "--group": wishes.group}
    faults = [
        Fault.unknown("column", name, filter(None, names), where=f"{where}: {flag}")
        for flag, name in flags.items()
        if name is not None and name not in names
    ]
    if faults:
        raise DataError(*faults)


def _named_once(columns: Sequence[Column]) -> list[Column]:
    """Return the columns that can be named: with a name that no other one has."""
    names = Counter(column.name for column in columns)
    return [column for column in columns if column.name and names[column.name] == 1]


def _text(profiles: Sequence[Profile], columns: Sequence[Column], where: str) -> str:
    """Return the column of the texts: the one named so or, of several, the one with clearly longer texts."""
    texts = [each for each in profiles if each.may_be_text and (each.is_text or not each.is_label)]
    named = _best([each for each in profiles if each.may_be_text], text_rank, SURELY)
    named = named or _best(texts, text_rank, NAMED)
    pool = named or [each for each in texts if each.is_text]
    ordered = sorted(pool, key=lambda each: -each.length)
    if len(ordered) == 1 or (ordered and ordered[0].length >= LONGER * ordered[1].length):
        return ordered[0].name
    hinted = [] if named else _best(ordered, text_rank, 1)
    if len(hinted) == 1:
        return hinted[0].name
    what = f"{len(pool)} columns may be the texts" if pool else "no column looks like texts"
    raise _undecided(what, "--text", [each.column for each in pool] or columns, where)


def _label(profiles: Sequence[Profile], whole: bool, columns: Sequence[Column], where: str) -> str:
    """Return the column of the labels: the one named so or, without such a name, the only one that fits."""
    pool = _best([each for each in profiles if _may_be_label(each, whole)], label_rank, PERHAPS)
    meant = [] if pool else _best([each for each in profiles if not each.is_text], label_rank, NAMED)
    if not pool and not any(_rules_out_others(each) for each in meant):
        pool = [each for each in profiles if each.is_label]
    pool = _different(pool)
    if len(pool) == 1:
        return pool[0].name
    what = f"{len(pool)} columns may be the labels" if pool else _why_no_label(meant)
    raise _undecided(what, "--label", [each.column for each in pool] or columns, where)


def _may_be_label(profile: Profile, whole: bool) -> bool:
    """Return whether a column named so may be the labels; beyond a sample there may be further ones."""
    return profile.may_be_label or (not whole and profile.different == 1 and not is_neither(profile.name))


def _best(profiles: Sequence[Profile], rank: Callable[[str], int], least: int) -> list[Profile]:
    """Return those whose names have the highest rank, if that is `least` or more."""
    ranks = [rank(each.name) for each in profiles]
    highest = max(ranks, default=0)
    return [each for each, of in zip(profiles, ranks, strict=True) if of == highest >= least]


def _different(profiles: Sequence[Profile]) -> list[Profile]:
    """Return one of all columns that say the same: of `category` and `category_id` the one with words."""
    kept: list[Profile] = []
    for each in sorted(profiles, key=lambda each: each.is_other):
        if not any(_say_the_same(each.column, other.column) for other in kept):
            kept.append(each)
    return [each for each in profiles if each in kept]


def _say_the_same(one: Column, other: Column) -> bool:
    pairs = {*zip(one.values, other.values, strict=True)}
    return len(pairs) == len({*one.values}) == len({*other.values})


def _rules_out_others(profile: Profile) -> bool:
    """Return whether no other column is to be taken for this one, which is named so and unfit."""
    rank = label_rank(profile.name)
    return rank == CALLED or (rank == SURELY and profile.different == 1)


def _why_no_label(meant: Sequence[Profile]) -> str:
    """Return why the column named so cannot be the labels, or what labels look like."""
    for each in meant[:1]:
        if each.different == 1:
            return f'"{each.name}" has one value, {shortened(each.filled[0])}, and labels are two or more'
        if each.different:
            return f'"{each.name}" has {each.different:,} values in {len(each.filled):,} rows: no labels'
    return "no column looks like labels: few values, each of them repeated"


def _undecided(what: str, flag: str, columns: Sequence[Column], where: str) -> DataError:
    """Return an error that names the missing flag, with an example of each column."""
    shown = [example_of(column) for column in columns if column.name][:LISTED]
    more = [f"and {len(columns) - LISTED} more"] if len(columns) > LISTED else []
    listed = "".join(f"\n        {line}" for line in [*shown, *more])
    return DataError(Fault(what, where, hint=f"Name the column with {flag}:{listed}"))
