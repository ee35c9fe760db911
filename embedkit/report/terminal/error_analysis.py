"""The analyses of errors on the terminal: each as one to three lines of plain English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedkit.report.terminal.cells import cut
from embedkit.report.terminal.lines import name_shown

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.confusion_words import ConfusionPair, ConfusionWords
    from embedkit.evaluation.error_analysis.curves import Curves
    from embedkit.evaluation.error_analysis.label_suspects import LabelSuspects
    from embedkit.evaluation.error_analysis.nearest_texts import NearestTexts
    from embedkit.evaluation.error_analysis.never_right import NeverRight
    from embedkit.evaluation.error_analysis.slice_candidates import SliceName
    from embedkit.evaluation.error_analysis.slices import Slice, Slices
    from embedkit.evaluation.error_analysis.table_changes import TableChanges
    from embedkit.evaluation.error_analysis.word_values import GroupValue, WordValues

LINES = 3
COLUMNS = 80
NAME = 16
"""Cells of a word or class in a line."""
SURELY_OFF = 0.05
"""With a p-value up to this, probabilities are said to be wrong."""


def lines_of_curves(found: Curves) -> list[str]:
    """Return what the curves say: ROC AUC, whether the probabilities are right, and the surest half."""
    return [*_auc_line(found), *_calibration_lines(found), *_coverage_lines(found)]


def _auc_line(found: Curves) -> list[str]:
    areas = [(each.roc.area, each.label) for each in found.classes if each.roc is not None]
    if not areas:
        return []
    lowest, label = min(areas)
    if len(found.classes) == 2:
        return [f"ROC AUC: {lowest:.3f}."]
    mean = sum(area for area, _ in areas) / len(areas)
    return [f"ROC AUC of a class against the rest: {mean:.3f} on average, lowest {lowest:.3f} ({label})."]


def _calibration_lines(found: Curves) -> list[str]:
    calibrated = found.calibration
    off = f"{calibrated.error * 100:.1f} points off"
    chance = f"{calibrated.by_chance * 100:.1f}"
    if calibrated.p_value > SURELY_OFF:
        return [f"Probabilities are {off} on average, as may be by chance ({chance})."]
    return [f"Probabilities are {off} on average; by chance {chance}, p = {calibrated.p_value:.3f}."]


def _coverage_lines(found: Curves) -> list[str]:
    half, every = found.coverage.at(0.5), found.coverage.points[-1]
    if half == every:
        return []
    low, high = (f"{end * 100:.1f}" for end in half.ci95)
    surest = f"Surest {half.share:.0%} of the texts: {half.accuracy:.1%} right ({low} to {high})"
    return [f"{surest}; all: {every.accuracy:.1%}."]


def lines_of_slices(found: Slices) -> list[str]:
    """Return the most certain slices with their error rates and those of all other texts."""
    if not found.candidates:
        return ["Slices: too few texts to find any on one half and confirm it on the other."]
    if not found.found:
        return [f"No word or length is wrong more often ({found.candidates:,} looked at)."]
    lines = [_slice_line(each) for each in found.found]
    return lines if len(lines) <= LINES else [*lines[: LINES - 1], f"  and {len(lines) - LINES + 1} more"]


def lines_of_confusion_words(found: ConfusionWords) -> list[str]:
    """Return the most frequent confusion pairs with the words that confused texts have more often."""
    return [cut(_pair_line(each), COLUMNS) for each in found.pairs[:LINES]]


def lines_of_never_right(found: NeverRight) -> list[str]:
    """Return how many texts no model gets right, and on how many models disagree; none of a single model."""
    models = len(found.models)
    if models < 2:
        return []
    low, high = (f"{end:.1%}" for end in found.ci95)
    many = f"{len(found.never):,} of {found.n:,} texts, {found.share:.1%} ({low} to {high})"
    chance = f"independent errors would make that {found.by_chance:,.0f}"
    return [
        f"Wrong by all {models} models: {many};",
        f"  {chance}. On {len(found.disagreed):,} the models disagree.",
    ]


def lines_of_label_suspects(found: LabelSuspects) -> list[str]:
    """Return the contradictory duplicates, how many labels look wrong, and the most suspect text."""
    return [*_duplicates_line(found), _noise_line(found), *_suspect_line(found)]


def _duplicates_line(found: LabelSuspects) -> list[str]:
    if not found.duplicates:
        return []
    wrong = sum(each.fewest_wrong for each in found.duplicates)
    return [f"Texts that occur with different labels: {len(found.duplicates):,}; at least {wrong:,} wrong."]


def _noise_line(found: LabelSuspects) -> str:
    if found.noise is None:
        return f"Labels contradicted by the models: {len(found.suspects):,}; one recipe tells no share."
    low, high = (f"{end:.1%}" for end in found.noise.ci95)
    if not found.noise.found and found.noise.ci95[0] > 0:
        return f"The models are too weak to tell wrong labels from their errors ({low} to {high})."
    if not found.noise.found:
        return f"No labels look wrong beyond the models' own errors ({low} to {high})."
    return f"About {found.noise.share:.1%} of the labels look wrong ({low} to {high})."


def _suspect_line(found: LabelSuspects) -> list[str]:
    if not found.suspects:
        return []
    first = found.suspects[0]
    label, agreed = (cut(name_shown(name), NAME) for name in (first.label, first.agreed))
    line = f"  Look first at id {first.id}, {label} that reads like {agreed}: {name_shown(first.text)}"
    return [cut(line, COLUMNS)]


def _slice_line(found: Slice) -> str:
    low, high = (f"{end:.1%}" for end in found.ci95)
    return (
        f"{_slice_name(found.name)}: {found.rate:.1%} wrong ({low} to {high}), others {found.elsewhere:.1%}"
    )


def _slice_name(name: SliceName) -> str:
    if name.kind == "length":
        return f"Texts of {name.name}"
    return f"Texts {'with' if name.kind == 'word' else 'of'} {_quoted([name.name])}"


def _pair_line(pair: ConfusionPair) -> str:
    label, predicted = (cut(name_shown(name), NAME) for name in (pair.label, pair.predicted))
    words = [each.word for each in pair.words if each.z > 0]
    told = f"more often with {_quoted(words)}" if words else "no word that they have more often"
    return f"{label} taken for {predicted} ({pair.confused:,} of {pair.n:,}): {told}"


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"“{cut(name_shown(name), NAME)}”" for name in names)


def lines_of_word_values(found: WordValues) -> list[str]:
    """Return what vectors for the missing words are worth: the best ones with their names, and the others."""
    if found.top is None or found.rest is None:
        return [] if found.why is None else [f"Value of missing words: {found.why}."]
    best = "best missing word" if found.top.words == 1 else f"{found.top.words} best missing words"
    lines = [f"Vectors for the {best}: {_points(found.top)}.", *_words_line(found)]
    if found.rest.words:
        lines.append(f"For the other {found.rest.words:,}: {_points(found.rest)}.")
    return lines


def _points(group: GroupValue) -> str:
    """Return what a group is worth; a minus is the sign, and not a hyphen."""
    points, low, high = (f"{each:.1f}".replace("-", "−") for each in (group.points, *group.ci95))
    if group.is_seen:
        return f"{points} points of accuracy ({low} to {high})"
    return f"nothing that can be seen ({low} to {high})"


def _words_line(found: WordValues) -> list[str]:
    words = ", ".join(name_shown(each.word) for each in found.words)
    return [cut(f"  {words}", COLUMNS)] if words else []


def lines_of_table_changes(found: TableChanges) -> list[str]:
    """Return how many rows training moved, and the words that moved farthest."""
    if not found.moved:
        return ["Training left the embedding matrix as it was."]
    first = f"Training moved {found.moved:,} of {found.rows:,} rows of the embedding matrix."
    words = [name_shown(cut(each.word, NAME)) for each in found.by_distance(3)]
    return [first, f"  Farthest: {', '.join(words)}."]


def lines_of_nearest_texts(found: NearestTexts) -> list[str]:
    """Return how often the training text nearest to a wrong text has the class that is predicted."""
    wrong, right = found.like_predicted, found.right_like_label
    if wrong is None:
        return []
    low, high = (f"{end * 100:.0f}" for end in wrong.ci95)
    first = "The training text nearest to a wrong text has the predicted class in"
    compared = "." if right is None else f"; of a right text, {right.share:.0%}."
    return [first, f"  {wrong.share:.0%} of {wrong.n:,} ({low} to {high}%){compared}"]
