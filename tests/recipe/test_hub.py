"""`hub:ORG/NAME`: a model in huggingface_hub's cache, or one clear error where it cannot be had."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath
from threading import Thread

import pytest

from embedkit.errors import DataError
from embedkit.recipe.paths import absolute, expand

constants = pytest.importorskip("huggingface_hub.constants", reason="huggingface_hub is not installed")

SHA = "c" * 40
NOWHERE = "http://127.0.0.1:9"
"""A port at which nobody listens."""


class Hub(BaseHTTPRequestHandler):
    """Answers as the hub does of models that do not exist, of those behind a licence, and of revisions."""

    def do_GET(self):
        code = {"gated": "GatedRepo", "revised": "RevisionNotFound"}.get(
            self.path.split("/")[3], "RepoNotFound"
        )
        body = json.dumps({"error": code}).encode()
        self.send_response(403 if code == "GatedRepo" else 404)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *arguments):
        pass


@pytest.fixture
def endpoint(monkeypatch):
    """The address of a hub of our own, which huggingface_hub asks."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache of huggingface_hub, and no network."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", NOWHERE)
    return tmp_path / "cache"


def put(cache, name, revision="main", files=("config.json", "model.safetensors")):
    """Put a model into the cache, as huggingface_hub does, and return its folder."""
    model = cache / f"models--{name.replace('/', '--')}"
    folder = model / "snapshots" / SHA
    folder.mkdir(parents=True)
    (model / "refs").mkdir()
    (model / "refs" / revision).write_text(SHA)
    for file in files:
        (folder / file).write_text("{}")
    return folder


def test_a_model_in_the_cache_is_found_without_a_network(cache):
    folder = put(cache, "tiny/model")
    assert expand("hub:tiny/model", "embedding.path", folder=True) == folder
    assert expand(f"hub:tiny/model@{SHA}", "embedding.path", folder=True) == folder


def test_a_revision_is_found_by_its_name(cache):
    folder = put(cache, "tiny/model", revision="v1.0")
    assert expand("hub:tiny/model@v1.0", "embedding.path", folder=True) == folder
    with pytest.raises(DataError, match="cannot be downloaded"):
        expand("hub:tiny/model", "embedding.path", folder=True)


def test_without_a_network_one_error_says_what_would_help(cache, capfd):
    put(cache, "tiny/model")
    with pytest.raises(DataError) as caught:
        expand("hub:tiny/modell", "embedding.path", folder=True)
    (fault,) = caught.value.faults
    assert fault.where == "embedding.path"
    assert "'hub:tiny/modell' is not in the cache of huggingface_hub and cannot be downloaded" in fault.what
    assert fault.nearest == "tiny/model"
    assert "hf download tiny/modell" in fault.hint
    assert "\n" not in fault.what
    assert capfd.readouterr() == ("", "")


def test_offline_by_the_environment_is_the_same_error(monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(DataError, match="is not in the cache of huggingface_hub and cannot be downloaded"):
        expand("hub:tiny/model", "embedding.path", folder=True)


@pytest.mark.parametrize(
    "files", [("config.json",), ("model.safetensors",), ("config.json", "pytorch_model.bin")]
)
def test_a_part_of_a_model_in_the_cache_is_not_enough(files, cache):
    put(cache, "tiny/model", files=files)
    with pytest.raises(DataError, match="has no config.json with weights in safetensors"):
        expand("hub:tiny/model", "embedding.path", folder=True)


def test_a_model_that_does_not_exist_is_an_error_with_the_nearest_in_the_cache(cache, endpoint):
    put(cache, "tiny/model")
    with pytest.raises(
        DataError, match="no model 'tiny/modle' that you may read - did you mean 'tiny/model'"
    ):
        expand("hub:tiny/modle", "embedding.path", folder=True)


def test_a_model_behind_a_licence_is_an_error(endpoint):
    with pytest.raises(DataError, match="only to those who agree to its licence"):
        expand("hub:gated/model", "embedding.path", folder=True)


def test_a_revision_that_does_not_exist_is_an_error(endpoint):
    with pytest.raises(DataError, match="'hub:revised/model' has no revision 'v9'"):
        expand("hub:revised/model@v9", "embedding.path", folder=True)


@pytest.mark.parametrize(
    "text", ["hub:", "hub:a b", "hub:a/b/c", "hub:a/b@", "hub:/a", "hub:a/", "hub:../a/b"]
)
def test_other_forms_are_refused(text):
    with pytest.raises(DataError, match="not of the form hub:ORG/NAME or hub:ORG/NAME@REVISION"):
        expand(text, "embedding.path", folder=True)


@pytest.mark.parametrize("text", ["hub:..", "hub:a--b/c", "hub:.a/b", f"hub:{'a' * 99}"])
def test_what_cannot_be_a_name_is_refused(text):
    with pytest.raises(DataError, match="is no name of a model"):
        expand(text, "embedding.path", folder=True)


def test_a_model_is_no_file():
    with pytest.raises(DataError, match="'hub:tiny/model' is the folder of a model, not a file"):
        expand("hub:tiny/model", "data.train.path")


def test_the_name_of_a_model_is_no_relative_path(tmp_path):
    assert absolute("hub:tiny/model", PurePosixPath("/recipes")) == "hub:tiny/model"
    with pytest.raises(DataError, match="does not exist\n.*write hub:tiny/model"):
        expand(absolute("tiny/model", tmp_path), "embedding.path", folder=True)
