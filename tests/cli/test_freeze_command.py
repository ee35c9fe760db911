"""`embedkit plugins freeze`: a list of requirements that pip can restore."""

from __future__ import annotations

import importlib.metadata
import json

import pytest
from packaging.requirements import Requirement

from embedkit import __version__

pytestmark = pytest.mark.core

METRIC = """
    from embedkit import hookimpl

    @hookimpl
    def register_metrics(register): ...
"""


@pytest.fixture
def freeze(embedkit_command):
    """Return the lines on every distribution but embedkit itself, which may be installed in any way."""

    def freeze(*before):
        done = embedkit_command(*before, "plugins", "freeze")
        assert (done.code, done.err) == (0, "")
        lines = done.out.splitlines()
        return [x for x in lines if not x.removeprefix("# editable: ").startswith(("embedkit-text", "-e"))]

    return freeze


@pytest.fixture
def installed_from(install, site):
    """Install a plugin whose `direct_url.json` has the given content."""

    def installed_from(recorded, name="embedkit-a"):
        module = install(name, METRIC, version="1.2", entries=["a"])
        text = recorded if isinstance(recorded, str) else json.dumps(recorded)
        (site / f"{module}-1.2.dist-info" / "direct_url.json").write_text(text, encoding="utf-8")

    return installed_from


def test_embedkit_itself_is_in_the_list(embedkit_command):
    listed = json.loads(embedkit_command("plugins", "freeze", "--json").out)["distributions"]
    assert [(each["distribution"], each["version"], each["in_use"]) for each in listed] == [
        ("embedkit-text", __version__, True)
    ]
    assert listed[0]["requirement"] in embedkit_command("plugins", "freeze").out.splitlines()


def test_distributions_are_sorted_and_listed_once(freeze, install):
    install("Embedkit_C", METRIC, version="3", entries=["c"], commands=["say"])
    install("embedkit-b", "", version="2.0.post1", commands=["shout", "whisper"])
    assert freeze() == ["embedkit-b==2.0.post1", "Embedkit_C==3"]


def test_what_is_not_in_use_is_a_comment_with_the_reason(freeze, install, monkeypatch):
    install("embedkit-a", "1 / 0", version="0.7", entries=["a"])
    install("embedkit-b", METRIC, version="1.1", entries=["b"], requires=["embedkit-text>=99"])
    install("embedkit-c", METRIC, version="3.1", entries=["c", "d"])
    install("embedkit-e", "", version="4.1", commands=["e"], requires=["embedkit-text>=99"])
    monkeypatch.setenv("EMBEDKIT_DISABLE_PLUGINS", "embedkit-c:c")
    lines = freeze()
    assert [line for line in lines if not line.startswith("#")] == ["embedkit-c==3.1"]
    assert "# not in use: a of embedkit-a 0.7 (failed: ZeroDivisionError: division by zero)" in lines
    assert lines[lines.index("# embedkit-a==0.7") - 1].startswith("# not in use: a of embedkit-a 0.7")
    assert lines[lines.index("# embedkit-b==1.1") - 1].startswith("# not in use: b of embedkit-b 1.1 (incom")
    assert (
        "# not in use: c of embedkit-c 3.1 (blocked: by 'embedkit-c:c' in EMBEDKIT_DISABLE_PLUGINS)" in lines
    )
    assert "# embedkit-e==4.1" in lines
    assert "# embedkit-c==3.1" in freeze("-p", "no:embedkit-c")


def test_a_reason_of_several_lines_stays_a_comment(freeze, install):
    install("embedkit-a", "raise ValueError('one\\n-e ./evil\\r--index-url x\\x1b[0m')", entries=["a"])
    lines = freeze()
    assert lines
    assert all(line.startswith("# ") for line in lines)


@pytest.mark.parametrize(
    ("recorded", "line"),
    [
        (
            {
                "url": "https://x.org/a.git",
                "vcs_info": {"vcs": "git", "commit_id": "f00d", "requested_revision": "v1"},
            },
            "embedkit-a @ git+https://x.org/a.git@f00d",
        ),
        (
            {"url": "ssh://x.org/a", "vcs_info": {"vcs": "hg", "commit_id": "f00d"}, "subdirectory": "sub/a"},
            "embedkit-a @ hg+ssh://x.org/a@f00d#subdirectory=sub/a",
        ),
        (
            {"url": "https://x.org/a-1.2.whl", "archive_info": {"hash": "sha256=f00d"}},
            "embedkit-a @ https://x.org/a-1.2.whl#sha256=f00d",
        ),
        (
            {
                "url": "file:///a.zip",
                "archive_info": {"hashes": {"md5": "0", "sha256": "f00d"}},
                "subdirectory": "s",
            },
            "embedkit-a @ file:///a.zip#sha256=f00d&subdirectory=s",
        ),
        ({"url": "file:///a.whl", "archive_info": {}}, "embedkit-a @ file:///a.whl"),
        ({"url": "file:///my%20a", "dir_info": {}}, "embedkit-a @ file:///my%20a"),
        ({"url": "file:///home/a", "dir_info": {"editable": False}}, "embedkit-a @ file:///home/a"),
    ],
)
def test_a_direct_url_is_restored(freeze, installed_from, recorded, line):
    installed_from(recorded)
    assert freeze() == [line]
    assert Requirement(line).url


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("file:///home/me/a-1_b.c", "-e /home/me/a-1_b.c"),
        ("file:///home/m%C3%A9/a", "-e /home/mé/a"),
        ("file:///my%20a", "-e file:///my%20a"),
        ("file:///a%23b", "-e file:///a%23b"),
        ("file:///$%7BHOME%7D", "-e file:///$%7BHOME%7D"),
    ],
)
def test_an_editable_installation_is_a_path(embedkit_command, installed_from, url, line):
    installed_from({"url": url, "dir_info": {"editable": True}})
    lines = embedkit_command("plugins", "freeze").out.splitlines()
    assert lines[:2] == ["# editable: embedkit-a==1.2", line]


@pytest.mark.parametrize("recorded", ["", "{", "[]", "null", '{"url": 3}', '{"dir_info": {}}'])
def test_an_unreadable_origin_counts_as_a_version(freeze, installed_from, recorded):
    installed_from(recorded)
    assert freeze() == ["embedkit-a==1.2"]


def test_a_bare_checkout_cannot_be_restored(embedkit_command, monkeypatch):
    found = importlib.metadata.Distribution.from_name

    def from_name(name):
        if name == "embedkit-text":
            raise importlib.metadata.PackageNotFoundError(name)
        return found(name)

    monkeypatch.setattr(importlib.metadata.Distribution, "from_name", from_name)
    done = embedkit_command("plugins", "freeze")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: embedkit-text is not installed\n    It runs from a bare checkout")
