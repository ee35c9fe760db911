"""What can go wrong with plugins: each fault is its plugin's own, named with distribution and version."""

from __future__ import annotations

import sys

import pluggy
import pytest

from embedkit.errors import ComponentError, PluginError
from embedkit.hookspecs import KINDS
from embedkit.plugin import entrypoints
from embedkit.plugin.entrypoints import discover
from embedkit.plugin.manager import LoadedPlugins, load_plugins, warn_of_namesake
from embedkit.plugin.registry import Registry, build_registry
from embedkit.recipe.build import Part
from embedkit.recipe.load import load_recipe
from embedkit.recipe.sections.section import ComponentSpec

pytestmark = pytest.mark.core

GOOD = """
    from embedkit import hookimpl

    class Good:
        def tokenize(self, texts):
            return [text.split() for text in texts]

    @hookimpl
    def register_tokenizers(register):
        register("good", Good)
"""
BUNDLED = {"csv", "folder", "inline", "jsonl", "labelled-lines", "parquet", "tsv"}


def record(plugins, distribution):
    (found,) = [plugin for plugin in plugins if plugin.distribution == distribution]
    return found


def state_of(distribution, blocked=()):
    plugin = record(build_registry(blocked).plugins.plugins, distribution)
    return plugin.state, plugin.error


def assert_the_rest_is_well(registry, culprit):
    """Everything bundled is there, and nobody but the culprit is blamed."""
    assert {*registry.names("reader")} == BUNDLED
    assert [p.distribution for p in registry.plugins.plugins if p.state != "loaded"] == [culprit]


IMPORTS = {
    "raise ImportError('no such library')": "ImportError: no such library",
    "import a_module_that_is_not_there": "ModuleNotFoundError: No module named 'a_module_that_is_not_there'",
    "import sys; sys.exit(3)": "SystemExit: 3",
    "raise SystemExit": "SystemExit",
    "def (": "SyntaxError: ",
    "class Stop(BaseException): pass\nraise Stop('first\\nsecond')": "Stop: first second",
    "def again(): again()\nagain()": "RecursionError: ",
}


@pytest.mark.parametrize("source", IMPORTS)
def test_whatever_an_import_raises_is_that_plugins_fault_alone(install, source):
    install("embedkit-broken", source, version="0.0.7", entries=["broken"])
    install("embedkit-good", GOOD, entries=["good"])
    registry = build_registry()
    assert_the_rest_is_well(registry, "embedkit-broken")
    assert registry.get("tokenizer", "good").plugin.distribution == "embedkit-good"
    broken = record(registry.plugins.plugins, "embedkit-broken")
    assert (broken.state, str(broken)) == ("failed", "broken of embedkit-broken 0.0.7")
    assert broken.error.startswith(IMPORTS[source])
    assert registry.plugins.hooks_of(broken) == []


def test_an_interrupt_is_nobodys_fault(install):
    install("embedkit-slow", "raise KeyboardInterrupt", entries=["slow"])
    with pytest.raises(KeyboardInterrupt):
        load_plugins()


def test_what_a_plugin_prints_at_import_stays_out_of_standard_output(install, capsys):
    install("embedkit-chatty", "print('hello')\n" + GOOD.replace("\n    ", "\n"), entries=["chatty"])
    assert state_of("embedkit-chatty") == ("loaded", None)
    assert capsys.readouterr() == ("", "hello\n")


@pytest.mark.parametrize("value", ["no module at all!", "{module}:nothing_there", "{module}:CONSTANT"])
def test_an_entry_point_that_names_no_plugin(install, value):
    install("embedkit-lost", "CONSTANT = None", entries={"lost": value})
    registry = build_registry()
    assert_the_rest_is_well(registry, "embedkit-lost")
    assert record(registry.plugins.plugins, "embedkit-lost").state == "failed"


def test_an_entry_point_may_name_an_object_in_a_module(install):
    source = """
        from embedkit import hookimpl

        class Plugin:
            @hookimpl
            def register_tokenizers(self, register):
                register("inner", dict)

        plugin = Plugin()
    """
    install("embedkit-inner", source, entries={"inner": "{module}:plugin"})
    assert build_registry().get("tokenizer", "inner").factory is dict


def test_one_module_entered_twice_is_registered_once(install):
    install("embedkit-twice", GOOD, entries=["a", "b"])
    registry = build_registry()
    first, second = (p for p in registry.plugins.plugins if p.distribution == "embedkit-twice")
    assert (first.state, second.state) == ("loaded", "failed")
    assert "already registered" in second.error
    assert registry.get("tokenizer", "good").plugin is first


HOOKS = {
    "def register_tokenizer(register): ...": [
        "unknown hook 'register_tokenizer' - did you mean 'register_tokenizers'? (allowed: "
    ],
    "def register_tokenizer(register): ...\n@hookimpl\ndef register_reader(register): ...": [
        "unknown hook 'register_reader' - did you mean 'register_readers'?",
        "unknown hook 'register_tokenizer' - did you mean 'register_tokenizers'?",
    ],
    "def register_tokenizers(registry): ...": ["PluginValidationError: ", "'registry'", "hookspec"],
    "def register_tokenizers(register): register('a', dict)\n"
    "@hookimpl\ndef register_metrics(register): 1 / 0": [
        "register_metrics raised ZeroDivisionError: division by zero"
    ],
    "def register_tokenizers(register): register('a', dict); raise SystemExit": [
        "register_tokenizers raised SystemExit"
    ],
    "def register_tokenizers(register): register(dict, 'a')": [
        "register_tokenizers raised TypeError: register(name, factory) takes a string and a class, "
        "or where to import it from, 'module:Class', not "
    ],
    "def register_tokenizers(register): register('a', dict); register('a', list)": [
        "register_tokenizers raised ValueError: tokenizer 'a' is registered twice"
    ],
}


@pytest.mark.parametrize("definition", HOOKS)
def test_a_wrong_hook_is_that_plugins_fault_and_leaves_no_component(install, definition):
    install("embedkit-wrong", f"from embedkit import hookimpl\n@hookimpl\n{definition}", entries=["wrong"])
    install("embedkit-zz", GOOD, entries=["zz"])
    registry = build_registry()
    assert_the_rest_is_well(registry, "embedkit-wrong")
    assert "good" in registry.names("tokenizer")
    assert "a" not in registry.names("tokenizer")
    wrong = record(registry.plugins.plugins, "embedkit-wrong")
    assert wrong.state == "failed"
    assert all(part in wrong.error for part in HOOKS[definition])


def test_a_forgotten_hookimpl_is_said(install):
    install("embedkit-bare", "def register_tokenizers(register): ...", entries=["bare"])
    error = "it implements no hook: mark its functions with @hookimpl, from embedkit"
    assert state_of("embedkit-bare") == ("failed", error)


REQUIREMENTS = {
    "embedkit-text>=0.1": "loaded",
    "embedkit-text": "loaded",
    "embedkit": "incompatible",
    "embedkit[vision]>=0.1.10": "incompatible",
    "embedkit; python_version < '3'": "loaded",
    "Embedkit.Text<0.1": "incompatible",
    "embedkit-text>=99": "incompatible",
    "embedkit-text<0.1.0": "incompatible",
    "EmbedKit-Text >= 99": "incompatible",
    "embedkit-text (>=99)": "incompatible",
    "embedkit-text[test]>=99": "incompatible",
    "embedkit-text>=99; extra == 'new'": "loaded",
    "embedkit-text>=99; python_version < '3'": "loaded",
    "embedkit-text>=99; python_version >= '3'": "incompatible",
    "embedkit-other>=99": "loaded",
    "other>=99": "loaded",
    "other >=>= nonsense": "loaded",
    "embedkit-text >=>= nonsense": "failed",
    "embedkit-text @ file:///somewhere": "loaded",
}


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_the_required_embedkit_is_read_before_import(install, requirement):
    module = install("embedkit-picky", GOOD, entries=["picky"], requires=["click", requirement])
    registry = build_registry()
    picky = record(registry.plugins.plugins, "embedkit-picky")
    assert picky.state == REQUIREMENTS[requirement]
    assert (module in sys.modules) == ("good" in registry.names("tokenizer")) == (picky.state == "loaded")
    if picky.state == "incompatible":
        ours = f"and embedkit-text {entrypoints.__version__} is installed"
        others = "which is another project: this one is embedkit-text"
        why = ours if requirement.lower().replace(".", "-").startswith("embedkit-text") else others
        assert picky.error == f"it requires {requirement}, {why}"
    if picky.state == "failed":
        assert picky.error.startswith("InvalidRequirement: ")


@pytest.mark.parametrize(
    ("version", "requirement", "state"),
    [
        ("0.2.0.dev1", "embedkit-text>=0.1", "loaded"),
        ("0.2.0rc1", "embedkit-text>=0.1,<1", "loaded"),
        ("0.2.0rc1", "embedkit-text>=0.2.0rc1", "loaded"),
        ("0.2.0rc1", "embedkit-text>=0.2", "incompatible"),
        ("0.2.0rc1", "embedkit-text<0.2", "incompatible"),
        ("0.2.0+local", "embedkit-text==0.2.0", "loaded"),
    ],
)
def test_pre_releases_are_versions_too(install, monkeypatch, version, requirement, state):
    monkeypatch.setattr(entrypoints, "__version__", version)
    install("embedkit-picky", GOOD, entries=["picky"], requires=[requirement])
    assert state_of("embedkit-picky")[0] == state


NAMES = [
    "My.Embedkit_Plugin",
    "my-embedkit-plugin",
    "my_embedkit.plugin:good",
    "My.Embedkit_Plugin:good",
    "good",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("how", ["argument", "environment"])
def test_blocking_imports_nothing(install, monkeypatch, name, how):
    module = install("My.Embedkit_Plugin", GOOD, entries=["good"])
    if how == "environment":
        monkeypatch.setenv("EMBEDKIT_DISABLE_PLUGINS", f" metrics , {name},")
    registry = build_registry([name] if how == "argument" else [])
    blocked = record([p for p in registry.plugins.plugins if p.entry == "good"], "My.Embedkit_Plugin")
    by = f"by '{name}'" + ("" if how == "argument" else " in EMBEDKIT_DISABLE_PLUGINS")
    assert (blocked.state, blocked.error) == ("blocked", by)
    assert module not in sys.modules
    assert "good" not in registry.names("tokenizer")
    assert bool(registry.names("metric")) == (how == "argument")


def test_blocking_a_distribution_blocks_all_of_it_commands_included(install):
    install("embedkit-two", GOOD, entries=["a", "b"], commands=["c"])
    states = {p.entry: p.state for p in discover(["embedkit_two"]) if p.distribution == "embedkit-two"}
    assert states == dict.fromkeys("abc", "blocked")
    one = {p.entry: p.state for p in discover(["c"]) if p.distribution == "embedkit-two"}
    assert one == {"a": "installed", "b": "installed", "c": "blocked"}


def test_blocking_every_plugin_leaves_nothing():
    registry = build_registry(["embedkit-text"])
    assert registry.components() == []
    with pytest.raises(
        PluginError, match=r"Not in use: rnn of embedkit-text \S+ \(blocked: by 'embedkit-text'\)"
    ):
        registry.get("encoder", "rnn")


def test_an_unknown_name_to_block_is_an_error(install, monkeypatch):
    install("embedkit-good", GOOD, entries=["good"])
    with pytest.raises(
        PluginError, match=r"blocking plugins: unknown plugin 'embedkit-god' - did you mean 'embedkit-good'\?"
    ):
        load_plugins(["embedkit-god"])
    monkeypatch.setenv("EMBEDKIT_DISABLE_PLUGINS", "nltk,goood")
    with pytest.raises(
        PluginError, match=r"EMBEDKIT_DISABLE_PLUGINS: unknown plugin 'goood' - did you mean 'good'\?"
    ):
        load_plugins()


@pytest.mark.parametrize(
    ("others", "name", "meanings"),
    [
        ({"embedkit-a": ["twin"], "embedkit-b": ["twin"]}, "twin", "embedkit-a:twin, embedkit-b:twin"),
        ({"solo": ["solo", "more"]}, "solo", "solo:more, solo:solo"),
        ({"nltk": ["x"]}, "nltk", "embedkit-text:nltk, nltk:x"),
    ],
)
def test_a_name_to_block_that_could_mean_several_plugins(install, others, name, meanings):
    for distribution, entries in others.items():
        install(distribution, GOOD, entries=entries)
    with pytest.raises(PluginError, match="could mean several plugins") as caught:
        load_plugins([name])
    assert f"(allowed: {meanings})" in str(caught.value)
    assert load_plugins(meanings.split(", ")[:1])


def test_a_distribution_with_one_entry_of_its_own_name_is_one_thing(install):
    install("solo", GOOD, entries=["solo"])
    assert state_of("solo", ["solo"])[0] == "blocked"


def test_plugins_are_sorted_whatever_the_order_of_installation(install):
    install("zebra", GOOD, entries=["b", "a"])
    install("Aardvark", GOOD.replace("good", "other"), entries=["c"])
    names = [p.name for p in discover()]
    assert names[0] == "Aardvark:c"
    assert names[-2:] == ["zebra:a", "zebra:b"]


def test_a_stale_copy_further_down_the_path_does_not_count(install, site, monkeypatch):
    install("embedkit-good", GOOD, version="2.0", entries=["good"])
    install("Embedkit_Good", "raise ImportError", version="1.0", entries=["good"], below="stale")
    (site / "stale" / "embedkit_good-1.0.dist-info").rename(site / "stale" / "~mbedkit_good-1.0.dist-info")
    monkeypatch.setattr(sys, "path", [*sys.path, str(site / "stale")])
    found = [p for p in discover() if p.entry == "good"]
    assert [(p.distribution, p.version) for p in found] == [("embedkit-good", "2.0")]


def test_a_name_claimed_twice_is_an_error_only_where_it_is_used(install):
    install("embedkit-taken", GOOD.replace('"good"', '"regex"'), version="2.1", entries=["taken"])
    registry = build_registry()
    assert [p.state for p in registry.plugins.plugins if p.state != "loaded"] == []
    assert registry.get("tokenizer", "whitespace")
    with pytest.raises(PluginError) as caught:
        registry.get("tokenizer", "regex", "tokenizer")
    assert str(caught.value) == (
        "tokenizer: tokenizer 'regex' is claimed by taken of embedkit-taken 2.1"
        f" and tokenizers of embedkit-text {entrypoints.__version__}\n"
        "    Block one of them: embedkit -p no:embedkit-taken:taken or -p no:embedkit-text:tokenizers …"
    )
    assert build_registry(["taken"]).get("tokenizer", "regex").plugin.distribution == "embedkit-text"
    assert build_registry(["tokenizers"]).get("tokenizer", "regex").plugin.version == "2.1"


def test_an_unknown_component_lists_every_suspect(install):
    install("embedkit-broken", "import sys; sys.exit('no licence')", version="0.7", entries=["broken"])
    install("embedkit-picky", GOOD, entries=["picky"], requires=["embedkit-text>=99"])
    with pytest.raises(PluginError) as caught:
        build_registry(["rnn"]).get("tokenizer", "goood")
    message = str(caught.value)
    assert message.startswith("unknown tokenizer 'goood'")
    assert "Not in use: rnn of embedkit" in message
    assert "Not in use: broken of embedkit-broken 0.7 (failed: SystemExit: no licence)" in message
    assert "Not in use: picky of embedkit-picky 1.0 (incompatible: it requires embedkit-text>=99" in message


def test_a_bare_checkout_says_that_nothing_is_installed():
    with pytest.raises(PluginError, match="No plugins are installed: install embedkit itself"):
        Registry(LoadedPlugins(pluggy.PluginManager("embedkit"), [])).get("tokenizer", "whitespace")


CONSTRUCTORS = {
    "self, width: int = 1, /": "constructor parameter 'width: int = 1' cannot be passed by keyword",
    "self, **keys: int": "constructor parameter '**keys: int' cannot be passed by keyword",
    "self, *, width=1": "constructor parameter 'width' has no annotation",
    "self, *, width: 'Nowhere' = 1": "name 'Nowhere' is not defined",
    "self, *, width: 'in(t' = 1": "",
    "self, *, width: object() = 1": "",
    "self, *, use: int = 1": "constructor parameter 'use' is ",
}


@pytest.mark.parametrize("parameters", CONSTRUCTORS)
def test_a_bad_constructor_is_an_error_only_where_it_is_used(install, parameters):
    source = f"""
        from embedkit import hookimpl

        class Bad:
            def __init__({parameters}):
                pass

        @hookimpl
        def register_tokenizers(register):
            register("bad", Bad)
    """
    install("embedkit-bad", source, version="0.4", entries=["bad"])
    registry = build_registry()
    assert registry.get("tokenizer", "whitespace").parameters
    bad = registry.get("tokenizer", "bad")
    with pytest.raises(ComponentError) as caught:
        _ = bad.parameters
    assert "tokenizer 'bad' (bad of embedkit-bad 0.4): " in str(caught.value)
    assert CONSTRUCTORS[parameters] in str(caught.value)
    assert load_recipe("quickstart", registry)
    with pytest.raises(ComponentError, match=r"bad of embedkit-bad 0\.4"):
        load_recipe("quickstart", registry, {"tokenizer": "bad"})


@pytest.mark.parametrize("kind", KINDS)
def test_a_component_without_its_method_is_an_error_where_it_is_built(install, kind):
    source = f"""
        from embedkit import hookimpl

        class Idle: ...

        @hookimpl
        def {KINDS[kind].hook}(register):
            register("idle", Idle)
    """
    install("embedkit-idle", source, version="0.4", entries=["idle"])
    message = f"here: .* 'idle' \\(idle of embedkit-idle 0\\.4\\) has no method '{KINDS[kind].method}'"
    with pytest.raises(ComponentError, match=message):
        Part(build_registry(), kind, ComponentSpec(use="idle"), "here").make()


def test_strictness_refuses_every_plugin_that_cannot_be_used(install, monkeypatch):
    install("embedkit-broken", "import sys; sys.exit('no licence')", version="0.7", entries=["broken"])
    install("embedkit-picky", GOOD, entries=["picky"], requires=["embedkit-text>=99"])
    install(
        "embedkit-half",
        "from embedkit import hookimpl\n@hookimpl\ndef register_metrics(register): 1 / 0",
        entries=["half"],
    )
    monkeypatch.setenv("EMBEDKIT_STRICT_PLUGINS", "1")
    with pytest.raises(PluginError) as caught:
        build_registry()
    assert [fault.where for fault in caught.value.faults] == [
        "plugin broken of embedkit-broken 0.7",
        "plugin half of embedkit-half 1.0",
        "plugin picky of embedkit-picky 1.0",
    ]
    assert isinstance(caught.value.__cause__, SystemExit)
    assert build_registry(["broken", "picky", "half"])


@pytest.mark.parametrize("lenient", ["", "0"])
def test_strictness_can_be_left_off(install, monkeypatch, lenient):
    install("embedkit-broken", "1 / 0", entries=["broken"])
    monkeypatch.setenv("EMBEDKIT_STRICT_PLUGINS", lenient)
    assert state_of("embedkit-broken") == ("failed", "ZeroDivisionError: division by zero")


def test_a_strictness_that_is_not_understood_is_an_error(monkeypatch):
    monkeypatch.setenv("EMBEDKIT_STRICT_PLUGINS", "true")
    with pytest.raises(
        PluginError, match=r"EMBEDKIT_STRICT_PLUGINS: 'true' is not understood \(allowed: 0, 1\)"
    ):
        build_registry()


def test_the_distribution_of_another_project_with_our_name_is_told(install, caplog, monkeypatch):
    warn_of_namesake.cache_clear()
    install("embedkit", "", version="0.1.10")
    build_registry()
    build_registry()
    (told,) = [record.getMessage() for record in caplog.records if "another project" in record.getMessage()]
    assert told.startswith("the distribution 'embedkit' 0.1.10 is installed, which is another project")
    assert told.endswith("then install embedkit-text again: pip uninstall embedkit embedkit-text")
    warn_of_namesake.cache_clear()
