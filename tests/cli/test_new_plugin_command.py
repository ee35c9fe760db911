"""`embedkit plugins new`: which files it writes, and what it refuses."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from embedkit import __version__
from embedkit.hookspecs import KINDS
from embedkit.plugin.template import PLUGIN_KINDS, summary_of

pytestmark = pytest.mark.core

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "embedkit" / "templates"
PAGE = (ROOT / "docs" / "how-to" / "write-a-plugin.md").read_text("utf-8")
SHARED = {
    ".github/workflows/tests.yml",
    ".gitignore",
    "README.md",
    "pyproject.toml",
    "recipe.yaml",
    "src/{module}/__init__.py",
    "tests/test_conformance.py",
    "tests/test_recipe.py",
    "tox.ini",
}


@pytest.fixture
def new(embedkit_command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: embedkit_command("plugins", "new", *arguments)


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def text_of(folder: Path) -> str:
    return "\n".join(f"{file}\n{(folder / file).read_text('utf-8')}" for file in sorted(files_in(folder)))


@pytest.mark.parametrize("kind", PLUGIN_KINDS)
@pytest.mark.parametrize("name", ["loud-2-words", "embedkit-loud-2-words"])
def test_the_names_follow_from_one(new, name, kind):
    done = new(name, "--kind", kind)
    assert (done.code, done.err) == (0, "")
    folder = Path("embedkit-loud-2-words")
    assert {file.format(module="embedkit_loud_2_words") for file in SHARED} <= files_in(folder)
    text = text_of(folder)
    assert not re.search("[Pp]laceholder|SUMMARY|KIND", text)
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert (project["name"], project["description"]) == ("embedkit-loud-2-words", summary_of(kind))
    group = "embedkit.commands" if kind == "command" else "embedkit"
    assert [*project["entry-points"]] == [group]
    assert [*project["entry-points"][group]] == ["loud-2-words"]
    assert Requirement(project["dependencies"][0]).specifier.contains(__version__)
    assert yaml.safe_load((folder / "recipe.yaml").read_text("utf-8"))["name"] == "loud-2-words"


@pytest.mark.parametrize("kind", PLUGIN_KINDS)
def test_a_class_is_not_called_as_something_that_its_module_uses(new, kind):
    """Such as `Doc` for a plugin called `doc`."""
    code = (TEMPLATES / kind.replace("-", "_") / "src/embedkit_placeholder/__init__.py").read_text("utf-8")
    names = {alias.name for node in ast.walk(ast.parse(code)) for alias in getattr(node, "names", ())}
    used = [n.lower() for n in {*names, "Exception", "None"} if n.isalpha() and n.capitalize() == n]
    assert len(used) > 2
    for name in used:
        done = new(name, "--kind", kind)
        if done.code == 0:  # `none` and the like are no names in a recipe
            written = Path(f"embedkit-{name}/src/embedkit_{name}/__init__.py").read_text("utf-8")
            classes = [node.name for node in ast.parse(written).body if isinstance(node, ast.ClassDef)]
            assert name.capitalize() not in classes


def test_the_two_projects_differ_in_their_entry_points_alone():
    of_component, of_command = (
        (TEMPLATES / folder / "pyproject.toml").read_text("utf-8").splitlines()
        for folder in ("component", "command")
    )
    differing = [pair for pair in zip(of_component, of_command, strict=True) if pair[0] != pair[1]]
    assert [line for line, _ in differing] == [
        "[project.entry-points.embedkit]",
        'placeholder = "embedkit_placeholder"',
    ]


def test_every_kind_has_a_template():
    assert [*PLUGIN_KINDS] == [*KINDS, "command"]
    shared = {"package", "component"}
    assert {folder.name.replace("_", "-") for folder in TEMPLATES.iterdir()} - shared == {*PLUGIN_KINDS}


def test_without_a_kind_all_are_listed(new):
    done = new("loud")
    assert (done.code, done.out) == (2, "")
    first, *lines = done.err.splitlines()
    assert first == "error: --kind: which kind of plugin?"
    assert [line.split()[0] for line in lines] == [*PLUGIN_KINDS]
    assert [line.split(maxsplit=1)[1] for line in lines] == [summary_of(kind) for kind in PLUGIN_KINDS]


def test_the_nearest_kind_is_named(new):
    done = new("loud", "--kind", "tokeniser")
    assert done.code == 2
    assert "--kind: unknown kind of plugin 'tokeniser' - did you mean 'tokenizer'? (allowed: " in done.err


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("Loud", "loud"),
        ("loud_words", "loud-words"),
        ("Embedkit_Loud", "loud"),
        ("2loud", "loud"),
        ("loud-", "loud"),
        ("a--b", "a-b"),
        ("a/b", "a-b"),
        ("../loud", "loud"),
        ("lauté", "laut"),
        ("a" * 61, "a" * 60),
        ("", None),
        ("embedkit-", None),
        ("9", None),
    ],
)
def test_a_name_that_is_not_valid(new, tmp_path, name, nearest):
    done = new("--kind", "tokenizer", "--", name)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: NAME: ")
    if nearest:
        assert f"did you mean '{nearest}'?" in done.err
    else:
        assert "did you mean" not in done.err
    assert [*tmp_path.iterdir()] == []


def test_all_faults_are_reported_at_once(new):
    done = new("Loud", "--kind", "tokeniser")
    assert [line.partition(": ")[2].partition(":")[0] for line in done.err.splitlines()] == ["NAME", "--kind"]


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("regex", "tokenizer", "tokenizer 'regex' is taken by tokenizers of embedkit-text"),
        ("nltk", "tokenizer", "there is a module embedkit_nltk already"),
        ("text", "tokenizer", f"the distribution embedkit-text {__version__} is installed already"),
        ("null", "tokenizer", "a component's name takes"),
        ("loss", "metric", "metric 'loss' is embedkit's own"),
        ("numpy", "vector-format", "vector format 'numpy' is embedkit's own"),
        ("zero", "oov", "out-of-vocabulary policy 'zero' is taken by oov of embedkit-text"),
        ("run", "command", "command 'run' is taken by embedkit itself"),
    ],
)
def test_a_name_that_is_taken(new, tmp_path, name, kind, reason):
    done = new(name, "--kind", kind)
    assert (done.code, done.out) == (2, "")
    assert reason in done.err
    assert "Choose another name." in done.err
    assert [*tmp_path.iterdir()] == []


def test_the_name_of_an_installed_plugin_is_taken(new, install):
    install("embedkit-loud", "", version="3.1")
    assert "the distribution embedkit-loud 3.1 is installed already" in new("loud", "--kind", "tokenizer").err


def test_the_command_of_an_installed_plugin_is_taken(new, install):
    install("embedkit-noisy", "", commands=["yell"])
    done = new("yell", "--kind", "command")
    assert "command 'yell' is taken by yell of embedkit-noisy 1.0" in done.err
    assert new("yell", "--kind", "tokenizer").code == 0
    assert new("zero", "--kind", "tokenizer").code == 0


def test_nothing_is_overwritten(new, tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    before = {path.name for path in tmp_path.iterdir()}
    for target in ("file", "folder", "link", ".", "folder/.."):
        done = new("loud", "--kind", "tokenizer", "--to", target)
        assert (done.code, done.out) == (2, "")
        assert done.err.endswith("it exists already\n    Name another folder with --out.\n"), target
    assert {path.name for path in tmp_path.iterdir()} == before
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_in_no_folder(new):
    done = new("loud", "--kind", "tokenizer", "--to", "missing/loud")
    assert (done.code, done.err) == (2, "error: missing: there is no such folder\n")


def test_half_a_package_never_stays(new, tmp_path, monkeypatch):
    written = []

    def write_bytes(path, content):
        written.append(path)
        if len(written) == 4:
            raise OSError(28, "No space left on device", str(path))
        with path.open("wb") as file:
            return file.write(content)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    done = new("loud", "--kind", "tokenizer")
    assert (done.code, done.out) == (1, "")
    assert "No space left on device" in done.err
    assert len(written) == 4
    assert [*tmp_path.iterdir()] == []


def test_what_pip_compiled_is_no_file_of_a_template(new):
    cache = TEMPLATES / "tokenizer/src/embedkit_placeholder/__pycache__"
    there = cache.is_dir()
    cache.mkdir(exist_ok=True)
    try:
        (cache / "other.pyc").write_bytes(b"\xff\xfe\x00")
        done = new("loud", "--kind", "tokenizer")
    finally:
        (cache / "other.pyc").unlink()
        if not there:
            cache.rmdir()
    assert done.code == 0
    assert not [file for file in files_in(Path("embedkit-loud")) if "pyc" in file]


def test_the_next_steps_go_into_the_folder(new, tmp_path):
    done = new("loud", "--kind", "tokenizer", "--to", "two words")
    folder, *steps = done.out.splitlines()
    assert folder == "two words"
    assert all(step.startswith("    $ ") for step in steps)
    commands = [shlex.split(step.removeprefix("    $ ")) for step in steps]
    assert commands[0] == ["cd", "two words"]
    assert [command[:3] for command in commands[1:3]] == [["python", "-m", "pip"], ["python", "-m", "pytest"]]
    assert commands[3] == ["embedkit", "run", "recipe.yaml", "--out", "runs/first"]
    assert commands[4][:3] == ["python", "-m", "tox"]
    readme = (tmp_path / "two words" / "README.md").read_text("utf-8")
    for step in steps[1:4]:
        assert step.strip() in readme.splitlines()


def test_the_page_has_the_commands_that_are_printed(new):
    (shown,) = re.findall(r"```\n(embedkit plugins new .*?)```", PAGE, re.DOTALL)
    first, *others = shown.splitlines()
    printed = new(*shlex.split(first)[3:]).out.splitlines()[1:]
    steps = [step.removeprefix("    $ ").partition(" -x ")[0] for step in printed]
    assert others == steps


def test_the_page_has_the_kinds_and_the_tox_file(new):
    (kinds,) = re.findall(r"\$ embedkit plugins new loud\n(.*?)```", PAGE, re.DOTALL)
    assert kinds == new("loud").err
    (written,) = [block for block in re.findall(r"```ini\n(.*?)```", PAGE, re.DOTALL) if "[tox]" in block]
    tox = (TEMPLATES / "package" / "tox.ini").read_text("utf-8")
    assert tox.endswith(written)
    assert all(line.startswith("#") for line in tox.removesuffix(written).splitlines())
