"""What starts fast: commands that train nothing import nothing heavy, directly or on the way."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from embedkit.recipe.bundled import bundled_recipes

pytestmark = pytest.mark.core

HEAVY = {
    "accelerate",
    "backports",
    "charset_normalizer",
    "gensim",
    "isal",
    "nltk",
    "numpy",
    "pandas",
    "pyarrow",
    "safetensors",
    "scipy",
    "sklearn",
    "torch",
    "torchinfo",
}
LATER = {"pydantic", "rich", "yaml"}
"""What may be imported, but not before it is needed."""

REPORT = (
    "import atexit, json, sys; atexit.register(lambda: print(json.dumps([*sys.modules]), file=sys.stderr)); "
)


def loaded(code, *arguments):
    """The modules that a Python which ran `code` ends with."""
    call = [sys.executable, "-P", "-c", REPORT + code, *arguments]
    done = subprocess.run(call, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    modules = json.loads(done.stderr.splitlines()[-1])
    assert "embedkit" in modules
    return {*modules}


def imported(code, *arguments):
    """The top-level modules among them."""
    return {name.partition(".")[0] for name in loaded(code, *arguments)}


CALL = "from embedkit.cli import main; main()"


def loaded_by_command(*arguments):
    return loaded(CALL, *arguments)


def imported_by_command(*arguments):
    return imported(CALL, *arguments)


def test_the_report_would_show_a_heavy_import():
    assert {"csv", "embedkit"} <= imported("import embedkit, csv")
    assert "pydantic" in imported("import embedkit.recipe.schema")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"], ["recipes"]])
def test_help_and_recipes_import_next_to_nothing(arguments):
    modules = imported_by_command(*arguments)
    assert not modules & (HEAVY | LATER)
    assert not {module for module in modules if module.startswith("embedkit_")}, "no plugin is imported"


def test_other_kinds_of_recipes_are_not_imported_for_one():
    code = (
        "from embedkit.plugin.registry import build_registry; from embedkit.recipe.load import load_recipe; "
    )
    loaded = "import sys; print(*(m for m in sys.modules if m.startswith('embedkit.recipe')))"
    call = [sys.executable, "-P", "-c", f"{code}load_recipe('quickstart', build_registry()); {loaded}"]
    modules = subprocess.run(call, capture_output=True, text=True, check=True).stdout.split()
    assert "embedkit.recipe.schema" in modules
    kinds = {"baseline", "evaluation", "intrinsic", "matrix", "ranking", "text_encoder"}
    assert not {f"embedkit.recipe.{part}" for part in (*kinds, "combinations.section", "overrides")} & {
        *modules
    }


def test_a_kind_of_recipe_is_imported_for_a_recipe_of_this_kind():
    assert "embedkit.recipe.baseline" in loaded_by_command("validate", "quickstart-nbsvm")
    assert "embedkit.recipe.text_encoder" in loaded_by_command("validate", "text-encoders/mr-fine-tuned")
    assert "embedkit.recipe.evaluation" in loaded_by_command("validate", "evaluate")


NOT_TO_VALIDATE = {
    "embedkit.distributed.signals",
    "embedkit.files.decoding",
    "embedkit.interfaces.consistency",
    "embedkit.interfaces.contracts",
    "embedkit.interfaces.models",
    "embedkit.interfaces.text_encoders",
    "embedkit.interfaces.vector_files",
    "embedkit.interfaces.vectors",
    "embedkit.plugin.unused",
}
"""What serves to run components, not to check their parameters."""


def test_validate_imports_nothing_that_runs_components(monkeypatch):
    monkeypatch.delenv("EMBEDKIT_STRICT_PLUGINS", raising=False)  # it asks more of plugins
    modules = loaded_by_command("validate", "quickstart")
    assert "embedkit.interfaces.calling" in modules
    assert not NOT_TO_VALIDATE & modules


RECIPES = [*bundled_recipes()]
COMMANDS = [
    ["plugins"],
    ["plugins", "--json"],
    ["plugins", "show", "nltk-word"],
    ["plugins", "freeze"],
    ["schema"],
    ["show", "quickstart"],
    *(["validate", recipe] for recipe in RECIPES),
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_commands_that_train_nothing_import_nothing_heavy(arguments):
    modules = imported_by_command(*arguments)
    assert not modules & (HEAVY | {"rich"})
    assert "embedkit_nltk" in modules, "plugins are loaded"


def test_listing_plugins_waits_with_what_checks_recipes():
    assert not imported_by_command("plugins") & LATER


def test_every_recipe_is_among_them():
    assert len(RECIPES) >= 25


def test_the_package_and_what_a_plugin_needs_import_next_to_nothing():
    assert not imported("import embedkit") & (HEAVY | LATER | {"pluggy", "click"})
    assert not imported("from embedkit import hookimpl; from embedkit.interfaces import Doc") & (
        HEAVY | LATER
    )


def test_the_suite_for_plugins_and_the_plugin_of_pytest_import_nothing_before_they_are_used():
    light = imported("import embedkit.testing")
    assert not light & (HEAVY | LATER | {"click", "pluggy", "pytest"})
    assert not imported("import embedkit.testing.pytest_plugin") & (HEAVY | LATER | {"click"})
    assert not imported_by_command("plugins", "check", "--help") & (HEAVY | LATER)


def test_loading_a_recipe_from_python_imports_nothing_heavy():
    code = (
        "from embedkit.plugin.registry import build_registry; from embedkit.recipe.load import load_recipe; "
    )
    modules = imported(code + "load_recipe('quickstart', build_registry())")
    assert "pydantic" in modules
    assert not modules & (HEAVY | {"rich", "click"})


THRESHOLD = "import atexit, gc, sys; atexit.register(lambda: print(gc.get_threshold()[0], file=sys.stderr)); "


@pytest.mark.parametrize(
    ("arguments", "rarely"), [(["validate", "quickstart"], True), (["cache", "list"], False)], ids=str
)
def test_garbage_is_collected_rarely_in_quick_commands_alone(arguments, rarely):
    call = [sys.executable, "-P", "-c", f"{THRESHOLD}from embedkit.cli import main; main()", *arguments]
    done = subprocess.run(call, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert (int(done.stderr.splitlines()[-1]) > 10_000) == rarely


def test_a_caller_from_python_keeps_its_own_garbage_collection():
    code = "import gc; from embedkit.cli import main\ntry: main(['validate', 'quickstart'])\nfinally: "
    call = [sys.executable, "-P", "-c", f"{code}print(gc.get_threshold()[0] < 10_000)"]
    assert subprocess.run(call, capture_output=True, text=True).stdout.splitlines()[-1] == "True"
