"""The sample file of a vector format, without which the checks cannot try it."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from embedkit.errors import PluginError
from embedkit.testing.suite import checks_of, run_check, subjects_of

GOOD = (Path(__file__).parent / "mutants" / "format_recognises_its_file.py").read_text(encoding="utf-8")


@pytest.fixture
def sample(install, tmp_path):
    module = install("embedkit-odd", GOOD.replace('b"%ODD "', 'b"%odd "'), entries=["odd"])
    path = tmp_path / "sample.odd"
    path.write_bytes(importlib.import_module(module).SAMPLE)
    return path


def test_a_good_format_passes_every_check(sample):
    (subject,) = subjects_of("embedkit-odd", {"mutant": {"sample": str(sample)}})
    results = [run_check(check, subject) for check in checks_of(subject.kind)]
    assert {result.state for result in results} == {"passed"}
    assert len(results) > 25
    assert not subject.parameters


def test_the_command_line_gives_it_as_a_setting(sample, monkeypatch):
    monkeypatch.chdir(sample.parent)
    (subject,) = subjects_of("embedkit-odd", ["mutant.sample=sample.odd"])
    assert subject.sample == sample


def test_a_format_without_a_sample_is_not_checked(sample):
    message = r"parameters are needed to make vector-format mutant: sample\n.*--set mutant\.sample=…"
    with pytest.raises(PluginError, match=message):
        subjects_of("embedkit-odd")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sample": "absent.odd"}, "mutant.sample: there is no file 'absent.odd'"),
        ({"sample": 3}, "mutant.sample: there is no file 3"),
        ({"smaple": "sample.odd"}, "mutant: unknown parameter 'smaple' - did you mean 'sample'?"),
    ],
)
def test_what_is_no_sample_is_named(given, message, sample):
    with pytest.raises(PluginError) as caught:
        subjects_of("embedkit-odd", {"mutant": given})
    assert message in str(caught.value)


def test_an_embedding_that_runs_code_in_its_file_is_tried_with_consent(tmp_path):
    from gensim.models import KeyedVectors

    keyed = KeyedVectors(2)
    keyed.add_vectors(["great", "film"], [[1.0, 2.0], [3.0, 4.0]])
    keyed.save(str(tmp_path / "saved.kv"))
    given = {"vectors": {"path": str(tmp_path / "saved.kv"), "trust": True}, "embedding:glove": {"path": "x"}}
    given |= {name: {"path": "x"} for name in ("embedding:fasttext", "word2vec-text")}
    subjects = subjects_of("embedkit-text:vectors", given, trust=True)
    (subject,) = [each for each in subjects if each.name == "vectors"]
    results = [run_check(check, subject) for check in checks_of("embedding")]
    assert [result for result in results if result.state != "passed"] == []
