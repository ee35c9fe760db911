"""A mutant for each check: a plugin with one fault, caught by the check that is meant for it and no other."""

from __future__ import annotations

import gc
import importlib
import shutil
from pathlib import Path

import pytest

from embedkit.testing.suite import all_checks, checks_of, prerequisites, run_check, subjects_of

MUTANTS = Path(__file__).parent / "mutants"
TRIGRAMS = Path(__file__).parents[1] / "strangers" / "trigrams" / "embedkit_trigrams"
"""A sound text encoder, of which mutants change a part."""


def _ids():
    return [path.stem.replace("_", "-") for path in sorted(MUTANTS.glob("*.py"))]


def test_every_check_has_a_mutant():
    assert {check.id for check in all_checks()} == {*_ids()}


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # one leaves its file open
@pytest.mark.parametrize("check_id", _ids())
def test_a_mutant_is_caught_by_its_check_alone(check_id, install, site, tmp_path):
    source = (MUTANTS / f"{check_id.replace('-', '_')}.py").read_text(encoding="utf-8")
    entries, commands = (["mutant"], ()) if "@hookimpl" in source else ((), {"mutant": "{module}:mutant"})
    module = install("embedkit-mutant", source, entries=entries, commands=commands)
    if "embedkit_trigrams" in source:
        shutil.copytree(TRIGRAMS, site / TRIGRAMS.name)
    parameters = {}
    if "SAMPLE = " in source:
        sample = tmp_path / "sample"
        sample.write_bytes(importlib.import_module(module).SAMPLE)
        parameters = {"mutant": {"sample" if "register_vector_formats" in source else "path": str(sample)}}
    (subject,) = subjects_of("embedkit-mutant", parameters)
    results = [run_check(check, subject) for check in checks_of(subject.kind)]
    failed = {result.check.id: result.why for result in results if result.state == "failed"}
    assert [*failed] == [check_id], failed
    unrun = {result.check.id for result in results if result.state == "not run"}
    assert unrun <= _dependants(check_id, subject.kind)
    gc.collect()


def _dependants(check_id, kind):
    """The checks that are not tried on a component that fails `check_id`."""
    found = {check_id}
    while more := {c.id for c in checks_of(kind) if found & {p.id for p in prerequisites(c, kind)}} - found:
        found |= more
    return found
