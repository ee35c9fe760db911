"""What a run was made with is recorded to the end of all requirements, and other versions are told later."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner

import embedkit
from embedkit.cli.program import program
from embedkit.files.digest import sha256
from embedkit.plugin.requirements import requirements_of

SOURCE = """
    from embedkit import hookimpl

    class Cut:
        '''Splits at white space.'''

        def tokenize(self, texts):
            return [text.split() for text in texts]

    @hookimpl
    def register_tokenizers(register):
        register("cut", Cut)
"""
REQUIRES = ["kiwi>=1", "embedkit-text", 'pytest-kiwi; extra == "test"', 'absent; extra == "more"']


@pytest.fixture
def versions(install, site, tmp_path, monkeypatch):
    """Installs the plugin and the two packages behind it, in these versions, in the place of others."""
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))

    def versions(plugin="1.0", kiwi="1.0", model="0.24"):
        for old in site.glob("*.dist-info"):
            shutil.rmtree(old)
        install("embedkit-cut", SOURCE, version=plugin, entries=["cut"], requires=REQUIRES)
        install("kiwi", "", version=kiwi, requires=["kiwi-model[small]"])
        install("kiwi-model", "", version=model, requires=['kiwi; extra == "small"'])
        install("pytest-kiwi", "")
        install("embedkit-idle", "", entries=["idle"], requires=["kiwi"])

    versions()
    return versions


@pytest.fixture
def trained(versions, recipe, tmp_path):
    return embedkit.run({**recipe, "tokenizer": "cut"}, out=tmp_path / "run")


def test_requirements_are_followed_to_the_end(versions):
    found = {
        name: version
        for name, version in requirements_of("Embedkit_Cut").items()
        if name in ("kiwi", "kiwi-model")
    }
    assert found == {"kiwi": "1.0", "kiwi-model": "0.24"}
    assert requirements_of("embedkit-cut")["embedkit-text"] == embedkit.__version__
    assert "torch" in requirements_of("embedkit-cut")
    assert requirements_of("absent") == {}


def test_the_run_lists_what_the_plugins_of_its_recipe_require(trained):
    environment = trained.read_json("environment.json")
    assert environment["requirements"] == {"embedkit-cut": "1.0", "kiwi": "1.0", "kiwi-model": "0.24"}


def test_a_recipe_of_bundled_components_lists_the_packages_alone(finished):
    environment = finished.read_json("environment.json")
    assert environment["requirements"] == {}
    assert {"torch", "numpy", "nltk"} <= {*environment["packages"]}


CHANGES = {
    "plugin": ({"plugin": "0.9"}, "embedkit-cut 1.0 → 0.9"),
    "what it requires": ({"kiwi": "1.1"}, "kiwi 1.0 → 1.1"),
    "the end of it": ({"model": "0.25"}, "kiwi-model 0.24 → 0.25"),
}


@pytest.mark.parametrize(("changed", "says"), CHANGES.values(), ids=CHANGES)
def test_other_versions_are_told_by_whatever_uses_the_run(
    trained, versions, changed, says, recipe, tmp_path, caplog
):
    versions(**changed)
    evaluation = {"name": "e", "model": str(trained.path), "data": {"test": recipe["data"]["test"]}}
    for use in (
        lambda: embedkit.load(trained.path),
        lambda: CliRunner().invoke(program, ["predict", str(trained.path), "good film"]),
        lambda: CliRunner().invoke(program, ["explain", str(trained.path)]),
        lambda: embedkit.run(evaluation, out=tmp_path / "evaluation"),
    ):
        caplog.clear()
        use()
        told = [record.getMessage() for record in caplog.records if "versions" in record.getMessage()]
        assert len(told) == 1, told
        assert told[0].endswith(f"is installed in other versions: {says}")


def test_what_is_gone_is_told_and_many_are_counted(trained, tmp_path, caplog):
    path = trained.path / "environment.json"
    environment = json.loads(path.read_text())
    environment["requirements"] |= {f"gone-{number}": "1" for number in range(7)}
    environment["python"] = "2.7.1"
    path.write_text(json.dumps(environment))
    manifest = json.loads((trained.path / "manifest.json").read_text())
    manifest["environment.json"] = sha256(path)
    (trained.path / "manifest.json").write_text(json.dumps(manifest))
    CliRunner().invoke(program, ["explain", str(trained.path)])
    assert "gone-0 1 → not installed, gone-1 1 → not installed" in caplog.text
    assert "and 3 more" in caplog.text


def test_the_same_versions_are_passed_over_in_silence(trained, caplog):
    caplog.clear()
    embedkit.load(trained.path)
    assert "versions" not in caplog.text
