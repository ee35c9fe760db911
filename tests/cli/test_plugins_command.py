"""`embedkit plugins` and `embedkit plugins show`."""

from __future__ import annotations

import json

import pytest

from embedkit import __version__
from embedkit.hookspecs import KINDS

pytestmark = pytest.mark.core

LOUD = """
    from typing import Annotated, Literal, Optional
    from annotated_types import Ge, Le
    from embedkit import hookimpl
    from embedkit.interfaces import Doc

    class Loud:
        '''Capitals.

        As on a telegram.
        '''

        def __init__(
            self,
            *,
            pauses: Annotated[list[str], Doc("what becomes STOP")],
            marks: Annotated[int, Ge(1), Le(3), Doc("how many")] = 1,
            tone: Annotated[Optional[Literal["low", "high"]], Doc("the pitch")] = None,
            part: float = 0.5,
        ): ...

    class Plain: ...

    @hookimpl
    def register_tokenizers(register):
        register("loud", Loud)
        register("plain", Plain)
"""


def rows_of(text):
    return [line.split(maxsplit=5) for line in text.splitlines()]


def test_every_component_is_listed_with_distribution_version_and_state(embedkit_command):
    done = embedkit_command("plugins")
    heading, *rows = rows_of(done.out)
    assert (done.code, done.err) == (0, "")
    assert heading == ["kind", "name", "distribution", "version", "state", "summary"]
    built_in = [row[:2] for row in rows if row[4] == "built-in"]
    assert built_in == [["vector-format", name] for name in sorted(KINDS["vector-format"].built_in)]
    others = [row for row in rows if row[:2] not in built_in]
    assert {tuple(row[2:5]) for row in others} == {("embedkit-text", __version__, "loaded")}
    assert [row[:2] for row in rows] == sorted(row[:2] for row in rows)
    assert {row[0] for row in rows} == {*KINDS}
    assert all(len(row) == 6 for row in rows), "every component has a line of documentation"


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind(embedkit_command, kind):
    _, *rows = rows_of(embedkit_command("plugins", "--kind", kind).out)
    assert rows
    assert {row[0] for row in rows} == {kind}
    document = json.loads(embedkit_command("plugins", "--kind", kind, "--json").out)
    assert [record["name"] for record in document["components"]] == [row[1] for row in rows]


def test_an_unknown_kind(embedkit_command):
    done = embedkit_command("plugins", "--kind", "tokeniser")
    assert done.code == 2
    assert "'tokeniser' is not one of 'reader', 'tokenizer'" in done.err


def test_every_state(embedkit_command, install, monkeypatch):
    install("embedkit-broken", "1 / 0", version="0.7", entries=["broken"])
    install("embedkit-loud", LOUD, version="3.1", entries=["loud"], commands=["yell", "run"])
    install("embedkit-picky", LOUD, entries=["picky"], requires=["embedkit-text>=99"])
    install("embedkit-taken", LOUD.replace('"plain"', '"regex"').replace('"loud"', '"it"'), entries=["taken"])
    monkeypatch.setenv("EMBEDKIT_DISABLE_PLUGINS", "rnn")
    done = embedkit_command("plugins")
    assert (done.code, done.err) == (0, "")
    listed = [" ".join(row) for row in rows_of(done.out)]
    for row in (
        "tokenizer loud embedkit-loud 3.1 loaded Capitals.",
        "tokenizer plain embedkit-loud 3.1 loaded",
        f"tokenizer regex embedkit-text {__version__} conflict Every match of a regular expression",
        "tokenizer regex embedkit-taken 1.0 conflict",
        "command yell embedkit-loud 3.1 installed embedkit yell",
        "command run embedkit-loud 3.1 conflict",
        f"plugin rnn embedkit-text {__version__} blocked by 'rnn' in EMBEDKIT_DISABLE_PLUGINS",
        "plugin broken embedkit-broken 0.7 failed ZeroDivisionError: division by zero",
        "plugin picky embedkit-picky 1.0 incompatible it requires embedkit-text>=99, and",
    ):
        assert any(line.startswith(row) for line in listed), row
    assert not any(line.startswith("encoder rnn ") for line in listed)
    blocked = rows_of(embedkit_command("-p", "no:embedkit-loud", "plugins", "--kind", "command").out)
    assert {row[4] for row in blocked[1:]} == {"blocked"}
    plugins = rows_of(embedkit_command("plugins", "--kind", "plugin").out)
    assert {row[4] for row in plugins[1:]} == {"loaded", "failed", "incompatible", "blocked"}


def test_json_is_one_document(embedkit_command, install):
    chatty = "print('hello')\n" + LOUD.replace("\n    ", "\n")
    module = install("embedkit-loud", chatty, version="3.1", entries=["loud"], commands=["yell"])
    done = embedkit_command("plugins", "--json")
    document = json.loads(done.out)
    assert (done.code, done.err) == (0, "hello\n")
    (loud,) = [plugin for plugin in document["plugins"] if plugin["name"] == "loud"]
    assert loud.pop("seconds") > 0
    assert loud == {
        "kind": "plugin",
        "name": "loud",
        "plugin": "embedkit-loud:loud",
        "distribution": "embedkit-loud",
        "version": "3.1",
        "module": module,
        "state": "loaded",
        "hooks": ["register_tokenizers"],
        "error": None,
        "summary": "register_tokenizers",
    }
    assert {
        "kind": "tokenizer",
        "name": "loud",
        "distribution": "embedkit-loud",
        "version": "3.1",
        "plugin": "embedkit-loud:loud",
        "state": "loaded",
        "summary": "Capitals.",
    } in document["components"]
    assert [record["name"] for record in document["components"] if record["kind"] == "command"] == ["yell"]


def test_show_a_component(embedkit_command, install):
    install("embedkit-noisy", LOUD, version="3.1", entries=["noisy"])
    done = embedkit_command("plugins", "show", "loud")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "tokenizer loud, from noisy of embedkit-noisy 3.1\n\n"
        "Capitals.\n\nAs on a telegram.\n\n"
        "Keys:\n"
        "    pauses (list of string, required): what becomes STOP\n"
        "    marks (integer >= 1 <= 3, default 1): how many\n"
        "    tone ('low' or 'high' or null, default null): the pitch\n"
        "    part (number, default 0.5)\n"
    )
    plain = embedkit_command("plugins", "show", "plain").out
    assert plain.endswith("\n\nIt has no documentation.\n\nIt takes no keys.\n")


def test_show_a_component_as_json(embedkit_command):
    (component,) = json.loads(embedkit_command("plugins", "show", "regex", "--json").out)["components"]
    assert component["distribution"] == "embedkit-text"
    assert component["keys"]["lowercase"] == {
        "type": "boolean",
        "required": False,
        "default": False,
        "description": "lower-case every token",
    }


@pytest.mark.parametrize("name", ["noisy", "embedkit-noisy", "embedkit-noisy:noisy"])
def test_show_a_plugin(embedkit_command, install, name):
    install("embedkit-noisy", LOUD, version="3.1", entries=["noisy"])
    done = embedkit_command("plugins", "show", name)
    assert done.out == (
        "plugin embedkit-noisy:noisy 3.1: loaded\n    tokenizer loud: Capitals.\n    tokenizer plain: \n"
    )


def test_show_a_command(embedkit_command, install):
    install("embedkit-noisy", "raise ImportError", version="3.1", commands=["yell", "run"])
    done = embedkit_command("plugins", "show", "yell")
    assert (done.code, done.out) == (0, "command embedkit-noisy:yell 3.1: installed\n")
    done = embedkit_command("plugins", "show", "Embedkit_Noisy")
    assert done.out.startswith("command embedkit-noisy:run 3.1: conflict: another command has this name\n")
    (command,) = json.loads(embedkit_command("plugins", "show", "yell", "--json").out)["components"]
    assert (command["kind"], command["plugin"], command["state"]) == (
        "command",
        "embedkit-noisy:yell",
        "installed",
    )


def test_show_why_a_plugin_is_not_in_use(embedkit_command, install):
    install("embedkit-broken", "1 / 0", version="0.7", entries=["broken"])
    done = embedkit_command("plugins", "show", "embedkit-broken")
    assert done.out == "plugin embedkit-broken:broken 0.7: failed: ZeroDivisionError: division by zero\n"


def test_show_a_component_whose_constructor_cannot_be_read(embedkit_command, install):
    install("embedkit-noisy", LOUD.replace("part: float", "part"), version="3.1", entries=["noisy"])
    done = embedkit_command("plugins", "show", "loud")
    assert done.code == 1
    assert "tokenizer 'loud' (noisy of embedkit-noisy 3.1): constructor parameter 'part'" in done.err


def test_show_what_is_not_there(embedkit_command):
    done = embedkit_command("plugins", "show", "rgex")
    assert (done.code, done.out) == (2, "")
    assert "unknown component, command or plugin 'rgex' - did you mean 'regex'?" in done.err
