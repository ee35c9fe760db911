"""`embedkit plugins check`: the conformance suite, on what is installed, without pytest."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from embedkit.cli.options import json_option, print_json, trust_option
from embedkit.cli.plugin_commands import blocked_plugins
from embedkit.report.terminal.lines import say

if TYPE_CHECKING:
    from embedkit.testing.subject import Subject
    from embedkit.testing.suite import Result

WIDTH = 80
PAGE = "docs/reference/conformance-checks.md"
"""The page that has an example of every check."""


@click.command("check")
@click.argument("name")
@click.option(
    "--set",
    "settings",
    metavar="COMPONENT.KEY=VALUE",
    multiple=True,
    help="Make a component with this parameter, such as shout.ending='!'; may be repeated.",
)
@trust_option
@json_option
@click.pass_context
def check(ctx: click.Context, name: str, settings: tuple[str, ...], trust: bool, as_json: bool) -> None:
    """Check that the plugin or distribution NAME holds to the contract; exit code 1 if it does not.

    Every component and command of NAME, as it is installed, is tried by the checks of its kind.
    """
    from embedkit.testing.printing import diverted_output
    from embedkit.testing.suite import checks_of, run_check, subjects_of

    subjects = subjects_of(name, settings, trust=trust, blocked=blocked_plugins(ctx))
    results: list[Result] = []
    width = max(len(str(subject)) for subject in subjects)
    for subject in subjects:
        with diverted_output():
            found = [run_check(check, subject) for check in checks_of(subject.kind)]
        if not as_json:
            say(f"{subject!s:{width}}  {_counted(found)}")
        results += found
    if as_json:
        print_json(_document(name, subjects, results))
    else:
        _print_failures(results)
        say(_conclusion(subjects, results))
    ctx.exit(1 if any(result.fails for result in results) else 0)


def _counted(results: Sequence[Result]) -> str:
    """Return how the checks of a component ended, such as `20 passed, 1 failed`."""
    counts = Counter(result.ending for result in results)
    shown = ("passed", "failed", "new", "not run")
    return ", ".join(f"{counts[each]} {each}" for each in shown if counts[each])


def _print_failures(results: Sequence[Result]) -> None:
    """Print each failure: the check, the components, what it asks for, what came, and where to read more."""
    for (check, why), failed in _grouped(results).items():
        subjects = ", ".join(str(result.subject) for result in failed)
        say()
        say_wrapped(f"{check}: {subjects}", "")
        say_wrapped(failed[0].check.sentence, "    ")
        say_wrapped(why, "    ")
        if not failed[0].fails:
            say_wrapped(failed[0].check.probation, "    ")
        say(f"    See {PAGE}#{check}")
    say()


def _grouped(results: Sequence[Result]) -> Mapping[tuple[str, str], Sequence[Result]]:
    """Return the failures by check and what came: components of one module often fail the same way."""
    grouped: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        if result.state == "failed":
            grouped.setdefault((result.check.id, result.why), []).append(result)
    return grouped


def say_wrapped(text: str, indent: str) -> None:
    """Print a text in lines of at most WIDTH characters."""
    for line in text.splitlines() or [""]:
        for part in textwrap.wrap(line, WIDTH - len(indent), break_on_hyphens=False) or [""]:
            say(indent + part)


def _conclusion(subjects: Sequence[Subject], results: Sequence[Result]) -> str:
    ran = sum(result.state != "not run" for result in results)
    plural = "s" * (len(subjects) != 1)
    return f"{ran} checks ran on {len(subjects)} component{plural}: {_counted(results)}"


def _document(name: str, subjects: Sequence[Subject], results: Sequence[Result]) -> Mapping[str, object]:
    return {
        "name": name,
        "components": [
            {
                "kind": subject.kind,
                "name": subject.name,
                "distribution": subject.component.plugin.distribution,
                "version": subject.component.plugin.version,
                "checks": [*_records(subject, results)],
            }
            for subject in subjects
        ],
        "ran": sum(result.state != "not run" for result in results),
        "failed": sum(result.fails for result in results),
    }


def _records(subject: Subject, results: Sequence[Result]) -> Iterator[Mapping[str, object]]:
    for result in results:
        if result.subject is subject:
            check = result.check
            yield {
                "id": check.id,
                "sentence": check.sentence,
                "since": check.since,
                "state": result.ending,
                "why": result.why or None,
            }
