"""The installed requirements of a distribution, direct and transitive."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Collection, Iterator
from email.message import Message
from importlib.metadata import PackageNotFoundError
from typing import TYPE_CHECKING

from embedkit.plugin.provenance import canonical

if TYPE_CHECKING:
    from packaging.requirements import Requirement

DEVELOPMENT = re.compile(
    r"(^|-)(dev|devel|develop|development|tests?|testing|lint|docs?|typing|types|ci|all)(-|$)"
)
"""Names of extras for those who work on a distribution: its users' results do not follow from them."""

_EXTRA = re.compile(r"\bextra\s*==\s*[\"']([^\"']+)[\"']")


def requirements_of(
    name: str, by_any_extra: bool = False, not_followed: Collection[str] = ()
) -> dict[str, str]:
    """Return the installed versions of the distribution `name` and its transitive requirements.

    The keys are canonical names. For the distribution itself every extra counts whose requirements are
    installed, except those of development such as `dev` and `test`. For its requirements only the extras that
    are asked for count or, `by_any_extra`, all of them in the same way. Requirements of the distributions in
    `not_followed` are left out. Empty if the distribution is not installed.
    """
    versions: dict[str, str] = {}
    followed: dict[str, set[str]] = {}
    waiting: list[tuple[str, frozenset[str] | None]] = [(name, None)]
    while waiting:
        each, asked = waiting.pop()
        known, metadata = followed.get(canonical(each)), _metadata(each)
        if metadata is None or (known is not None and (asked is None or asked <= known)):
            continue
        followed[canonical(each)] = (known or set()) | (asked or set())
        versions[canonical(each)] = str(metadata["Version"])
        if canonical(each) in not_followed:
            continue
        for requirement in _required_by(metadata, None if by_any_extra else asked):
            waiting.append((requirement.name, frozenset(map(canonical, requirement.extras))))
    return dict(sorted(versions.items()))


def _metadata(name: str) -> Message | None:
    try:
        return importlib.metadata.metadata(name)  # type: ignore[return-value]
    except (PackageNotFoundError, ValueError):
        return None


def _required_by(metadata: Message, extras: frozenset[str] | None) -> Iterator[Requirement]:
    """Yield the requirements of a distribution that apply here, with `extras`.

    None stands for all extras except those of development.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    for text in metadata.get_all("Requires-Dist") or ():
        named = {canonical(extra): extra for extra in _EXTRA.findall(text)}
        fit = {n for n in named if (not DEVELOPMENT.search(n) if extras is None else n in extras)}
        if named and not fit:
            continue
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": named.get(name, "")}) for name in fit or {""}):
            yield requirement
