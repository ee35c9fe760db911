"""What a node of a cluster does with a job: it checks that it shares files and versions, and runs the job."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from embedkit.errors import DataError, Fault
from embedkit.experiments.job import run_job
from embedkit.experiments.plan import Job, JobSettings, Outcome
from embedkit.plugin.entrypoints import discover
from embedkit.recipe.document import Plain
from embedkit.recipe.paths import PACKAGE, locate
from embedkit.runs.environment import PACKAGES

SHARED_DIRECTORY = "Choose a directory, with --out, on storage that all nodes mount under the same path."
SHARED_DATA = (
    "Put it on storage that all nodes mount under the same path, or copy it to the same path on each of them."
)
SAME_VERSIONS = "Install the same versions on all nodes: their results would not be comparable."


@dataclass(frozen=True)
class Sender:
    """What a node shares with the process that sends it jobs, so that results are the same as there.

    `token` is a file beside the directory of the jobs, which a node sees only if it has the same directory
    under the same name. `versions` are those that results depend on, by distribution.
    """

    token: Path
    versions: Mapping[str, str]


def run_on_node(
    job: Job, settings: JobSettings, sender: Sender, files: Sequence[str]
) -> Outcome | list[Fault]:
    """Run a job on this node, or return why this node can run none of these jobs.

    `files` are paths in the recipe at which the sender has a file or folder.
    """
    return [*_unlike(sender, settings.directory, files)] or run_job(job, settings)


def files_of(recipe: Plain) -> tuple[str, ...]:
    """Return the paths in a recipe, as it writes them, at which there is a file or folder here."""
    return tuple(sorted({text for text in _strings(recipe) if _starts_path(text) and _is_here(text)}))


@cache
def versions() -> dict[str, str]:
    """Return the versions here that results depend on, of embedkit, plugins and libraries."""
    plugins = {plugin.distribution: plugin.version for plugin in discover()}
    return plugins | {name: importlib.metadata.version(name) for name in PACKAGES}


def _unlike(sender: Sender, directory: Path, files: Sequence[str]) -> Iterator[Fault]:
    """Yield what this node lacks or has otherwise than the sender."""
    here = versions()
    for name, version in sender.versions.items():
        # What stands behind a plus, as in 2.4.0+cpu, says for what hardware a version was built.
        if here.get(name, "none").partition("+")[0] != version.partition("+")[0]:
            what = f"{name} {here.get(name, 'none')} is installed, and {version} where the jobs come from"
            yield _fault(what, SAME_VERSIONS)
    if not sender.token.is_file():
        yield _fault(
            f"it does not see the directory that the jobs are to write in: {directory}", SHARED_DIRECTORY
        )
    for text in files:
        if not _is_here(text):
            yield _fault(f"it does not see what the recipe reads: {text}", SHARED_DATA)


def _fault(what: str, hint: str) -> Fault:
    return Fault(what, where=f"node {platform.node()}", hint=hint)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def _starts_path(text: str) -> bool:
    """Return whether a text can be a path: in a resolved recipe they are absolute or say where they start."""
    return text.startswith((PACKAGE, "~", "${")) or os.path.isabs(text)  # noqa: PTH117 - may be no path at all


def _is_here(text: str) -> bool:
    with suppress(DataError, OSError, ValueError):
        return locate(text, "").exists()
    return False
