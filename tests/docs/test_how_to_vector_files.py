"""Every command of the how-tos about vector files runs, on small files of the same names."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from gensim import downloader

from embedkit.cli import main
from embedkit.errors import VectorFileError
from embedkit.interfaces import EmbeddingContext
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe

FOLDER = Path(__file__).parents[2] / "docs" / "how-to"
GOOGLE = "GoogleNews-vectors-negative300.bin"


def page(name):
    return (FOLDER / name).read_text(encoding="utf-8")


def commands(name):
    return re.findall(r"^\$ (.+)$", page(name), re.MULTILINE)


def rows(words, dim, *, bfloat16=False):
    vectors = np.random.default_rng(5).standard_normal((len(words), dim)).astype(np.float32)
    if bfloat16:
        vectors = (vectors.view(np.uint32) & 0xFFFF0000).view(np.float32)
    return vectors


def text(words, vectors, header):
    first = f"{len(words)} {vectors.shape[1]}\n" if header else ""
    lines = (f"{word} {' '.join(map(str, row))}\n" for word, row in zip(words, vectors, strict=True))
    return (first + "".join(lines)).encode()


def listed(name, content):
    return {
        "num_records": 1,
        "file_size": len(content),
        "file_name": f"{name}.gz",
        "checksum": hashlib.md5(content).hexdigest(),
        "description": "Vectors.",
        "parts": 1,
    }


@pytest.fixture
def reader(tmp_path, monkeypatch):
    """An empty folder, a cache of its own, and gensim's folder without network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setattr(downloader, "BASE_DIR", str(tmp_path / "gensim-data"))
    return tmp_path


def in_catalogue(name, content):
    folder = Path(downloader.BASE_DIR, name)
    folder.mkdir(parents=True)
    (folder / f"{name}.gz").write_bytes(content)
    information = {"models": {name: listed(name, content)}, "corpora": {}}
    (folder.parent / "information.json").write_text(json.dumps(information))


@pytest.fixture
def google(reader):
    words = ["film", "movie", "good", "great", "bad", "the", "is", "king", "queen", "man", "woman"]
    words += ["A", "And", "New_York", "Spielberg", "####"]
    vectors = rows(words, 300, bfloat16=True)
    records = b"".join(w.encode() + b" " + row.tobytes() for w, row in zip(words, vectors, strict=True))
    packed = gzip.compress(b"%d 300\n" % len(words) + records)
    Path(f"{GOOGLE}.gz").write_bytes(packed)
    Path("words.txt").write_text("good\nqwzx\nfilm\n")
    in_catalogue("word2vec-google-news-300", packed)


@pytest.fixture
def glove_and_fasttext(reader):
    from gensim.models import FastText
    from gensim.models.fasttext import save_facebook_model

    words = ["the", ",", "film", "movie", "good", "bad", "qwzx"]
    glove = text(words, rows(words, 100), header=False)
    vec = text(words, rows(words, 300), header=True)
    for archive, name, content in (
        ("glove.6B.zip", "glove.6B.100d.txt", glove),
        ("wiki-news-300d-1M.vec.zip", "wiki-news-300d-1M.vec", vec),
    ):
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr(name, content)
    model = FastText([words] * 3, vector_size=300, min_count=1, bucket=100, seed=1, workers=1)
    save_facebook_model(model, "model.bin")
    Path("cc.en.300.bin.gz").write_bytes(gzip.compress(Path("model.bin").read_bytes()))
    in_catalogue("glove-wiki-gigaword-100", gzip.compress(text(words, rows(words, 100), header=True)))


def run(command, capsys):
    program, *arguments = shlex.split(command)
    if program == "python":
        subprocess.run([sys.executable, *arguments], check=True)
        return "done"
    assert program == "embedkit"
    shorter = (
        ["--set", "training.epochs=1", "--set", "training.batch_size=50"] if arguments[0] == "run" else []
    )
    with pytest.raises(SystemExit) as ended:
        main([*arguments, *shorter])
    printed = capsys.readouterr()
    assert ended.value.code == 0, (command, printed.err)
    return printed.out


def rows_of(name):
    return json.loads(Path("runs", name, "embedding.json").read_text())["rows"]


def test_googlenews(google, capsys):
    printed = {command: run(command, capsys) for command in commands("use-googlenews.md")}
    assert len(printed) == 16
    assert all(printed.values())
    shown = re.search(r"```text\n(.*?)```", page("use-googlenews.md"), re.DOTALL)[1]
    info = printed[f"embedkit vectors info {GOOGLE}"]
    assert info.startswith(shown.replace("3,000,000", "16"))
    lookup = printed[f"embedkit vectors lookup {GOOGLE} great New_York a A and"].splitlines()
    assert [line.split()[0] for line in lookup if "not in the file" in line] == ["a", "and"]
    kept = [line.split()[0] for line in printed["embedkit cache"].splitlines()]
    of_vectors = [each for each in kept if each in ("kept", "copy", "index")]
    assert of_vectors == ["kept", "copy", "copy"], "of the rest the stand-ins are too small to be worth it"
    assert {path.name for path in Path("runs").iterdir()} == {"googlenews", "frozen", "full", "converted"}
    assert rows_of("googlenews") == rows_of("converted") == rows_of("full")
    assert rows_of("googlenews")["recovered"]
    mine = Path("mine.bin").read_bytes()
    assert mine.startswith(b"2 300\n")
    converted = np.fromfile("GoogleNews.safetensors", np.uint8)
    assert len(converted) < 16 * 300 * 4


def test_googlenews_in_a_recipe_as_written(google, tmp_path):
    (section,) = re.findall(r"```yaml\n(.*?)```", page("use-googlenews.md"), re.DOTALL)
    texts = "{use: inline, texts: [good, bad], labels: [a, b]}"
    whole = f"name: x\ndata: {{train: {texts}}}\ntokenizer: whitespace\n{section}"
    whole += "encoder: {use: rnn, hidden_size: 4}\n"
    (tmp_path / "recipe.yaml").write_text(whole)
    recipe = load_recipe(tmp_path / "recipe.yaml", build_registry())
    assert (recipe.embedding.trainable, recipe.embedding.unseen) == ("none", "lookup")


def test_glove_and_fasttext(glove_and_fasttext, capsys):
    printed = {command: run(command, capsys) for command in commands("use-glove-and-fasttext.md")}
    assert len(printed) == 17
    assert all(printed.values())
    found = {path.name: rows_of(path.name) for path in Path("runs").iterdir()}
    assert found.keys() == {"glove", "converted", "vec", "limit", "subwords", "unseen", "mapped"}
    assert found["glove"] == found["converted"]
    assert found["glove"]["found"] == 6
    origins = [line.split(",")[3:] for line in Path("runs/subwords/vocabulary.csv").read_text().splitlines()]
    assert ["filled", "subword"] in origins
    fetched = printed["embedkit vectors fetch glove-wiki-gigaword-100"].strip()
    source = build_registry().get("embedding", "vectors").factory(path=fetched).open(EmbeddingContext(seed=0))
    assert source.lookup(["film"]).found.all()
    assert "glove-wiki-gigaword-100" in printed["embedkit vectors fetch"]


@pytest.mark.parametrize(
    ("name", "says"),
    [("glove.6B.zip", "a zip archive"), ("cc.en.300.bin.gz", "decompress it first")],
)
def test_what_has_to_be_unpacked_says_so(name, says, glove_and_fasttext):
    factory = build_registry().get("embedding", "fasttext").factory
    with pytest.raises(VectorFileError, match=says):
        factory(path=name).open(EmbeddingContext(seed=0))


@pytest.mark.parametrize("name", ["use-googlenews.md", "use-glove-and-fasttext.md"])
def test_the_links_lead_somewhere(name):
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", page(name))
    assert links
    for link in links:
        target, _, anchor = link.partition("#")
        headings = re.findall(r"^#+ (.+)$", (FOLDER / target).read_text(encoding="utf-8"), re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
        assert anchor in anchors, link
