"""How well policies that learn their vectors predict those of held-out words: `fits` in embedding.json."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from embedkit.evaluation.numbers import LARGEST, Figure
from embedkit.interfaces import HeldOutFit
from embedkit.model.policy_fit import PolicyFit

Count = Annotated[int, Field(ge=0, le=LARGEST)]
Cosine = Annotated[float, Field(ge=-1.001, le=1.001)]


class FitContent(TypedDict):
    """A fit as embedding.json has it: that of a policy, which gave `words` a vector."""

    policy: str
    words: Count
    common: Count
    held_out: Count
    cosine: Cosine
    cosine_of_mean: Cosine
    strength: Figure


def fits_to_json(fits: Sequence[PolicyFit]) -> list[FitContent]:
    """Return fits as the content of embedding.json."""
    return [_content(each) for each in fits]


def fits_from_json(content: Sequence[FitContent]) -> list[PolicyFit]:
    """Return fits from the checked content of embedding.json."""
    return [PolicyFit(each["policy"], each["words"], _fit(each)) for each in content]


def _fit(content: FitContent) -> HeldOutFit:
    return HeldOutFit(
        content["common"],
        content["held_out"],
        content["cosine"],
        content["cosine_of_mean"],
        content["strength"],
    )


def _content(each: PolicyFit) -> FitContent:
    return FitContent(
        policy=each.policy,
        words=each.words,
        common=each.fit.common,
        held_out=each.fit.held_out,
        cosine=each.fit.cosine,
        cosine_of_mean=each.fit.cosine_of_mean,
        strength=each.fit.strength,
    )


def fit_line(each: PolicyFit) -> str:
    """Return a line about the fit of a policy, for the screen."""
    fit = each.fit
    cosines = f"cosine {fit.cosine:.3f} on {fit.held_out:,} held-out words"
    learnt = f"the mean vector {fit.cosine_of_mean:.3f}; {fit.common:,} words in common"
    strength = f"strength {fit.strength:g}"
    return f"{each.policy}: {each.words:,} words given a vector, {cosines} ({learnt}, {strength})"


def mean_fit_line(fits: Sequence[PolicyFit]) -> str:
    """Return a line about the fits of one policy in several runs: the means of their figures."""
    own, of_mean = fmean(each.fit.cosine for each in fits), fmean(each.fit.cosine_of_mean for each in fits)
    words = fmean(each.words for each in fits)
    cosines = f"cosine {own:.3f} on held-out words (the mean vector {of_mean:.3f})"
    return f"{fits[0].policy}: {words:,.0f} words given a vector, {cosines}, means of {len(fits)} runs"
