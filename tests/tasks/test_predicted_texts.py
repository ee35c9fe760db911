"""`evaluation.predictions` and `evaluation.table_drift`: what a run leaves out, and what stays the same."""

from __future__ import annotations

import json

import pytest

import embedkit
from embedkit.cli.program import main
from embedkit.errors import RunError
from embedkit.files.digest import sha256

WORDS = ["good", "fine", "great", "bad", "poor", "dull"]
TEXTS = [f"{WORDS[i % 6]} film number {i}" for i in range(48)]
LABELS = ["neg" if i % 6 >= 3 else "pos" for i in range(48)]
SHARES = {"test": {"share": 0.25}, "validation": {"share": 0.2}}
NETWORK = {
    "embedding": {"use": "random", "dim": 4},
    "encoder": "bag",
    "training": {"epochs": 2},
}
MODELS = {"network": NETWORK, "baseline": {"baseline": "naive-bayes"}}


def trained(tmp_path, kind, splits=SHARES, **evaluation):
    recipe = {
        "name": "small",
        "data": {"train": {"use": "inline", "texts": TEXTS, "labels": LABELS}, **splits},
        "tokenizer": "whitespace",
        "evaluation": {"baselines": [], **evaluation},
        **MODELS[kind],
    }
    return embedkit.run(recipe, out=tmp_path / f"run-{len([*tmp_path.iterdir()])}")


@pytest.mark.parametrize("kind", MODELS)
def test_without_the_training_texts_everything_else_is_the_same(kind, tmp_path):
    whole = trained(tmp_path, kind)
    part = trained(tmp_path, kind, predictions="held-out")
    held_out = [name for name in whole.metrics if name != "train"]
    assert [*whole.predictions["split"].unique()] == ["train", *held_out]
    assert [*part.predictions["split"].unique()] == held_out == [*part.oov.analysis.splits]
    same = whole.predictions[whole.predictions["split"] != "train"].reset_index(drop=True)
    assert part.predictions.equals(same)
    for name in ("metrics.json", "embedding.json", "model.json"):
        assert (part.path / name).read_bytes() == (whole.path / name).read_bytes(), name
    weights = "weights.safetensors" if kind == "network" else "baseline.json"
    assert (part.path / weights).read_bytes() == (whole.path / weights).read_bytes()
    oov = [json.loads((run.path / "oov.json").read_text(encoding="utf-8")) for run in (whole, part)]
    assert oov[1]["splits"] == {name: oov[0]["splits"][name] for name in held_out}


@pytest.mark.parametrize("kind", MODELS)
def test_texts_of_training_stay_where_there_are_no_others(kind, tmp_path):
    run = trained(tmp_path, kind, splits={}, predictions="held-out")
    assert [*run.predictions["split"].unique()] == ["train"] == [*run.oov.analysis.splits]


def command(*arguments):
    with pytest.raises(SystemExit) as ended:
        main([*map(str, arguments)])
    return ended.value.code


def test_commands_take_a_run_without_them(tmp_path, capsys):
    run = trained(tmp_path, "network", predictions="held-out", table_drift=False)
    other = trained(tmp_path, "baseline", predictions="held-out")
    assert command("explain", run.path) == 0
    assert "what training did" not in capsys.readouterr().out
    assert command("compare", run.path, other.path) == 0
    assert command("explain", run.path, "--split", "train") != 0
    assert "validation" in capsys.readouterr().err


def test_table_drift_is_written_unless_the_recipe_says_no(tmp_path):
    run = trained(tmp_path, "network")
    assert (run.path / "table-drift.csv").is_file()
    assert run.oov.analysis.drift
    without = trained(tmp_path, "network", table_drift=False)
    assert not (without.path / "table-drift.csv").exists()
    assert without.oov.analysis.drift is None
    assert (without.path / "weights.safetensors").read_bytes() == (
        run.path / "weights.safetensors"
    ).read_bytes()


@pytest.mark.parametrize("missing", ["test", "validation"])
def test_an_analysis_without_a_held_out_split_is_damaged(missing, tmp_path):
    run = trained(tmp_path, "network", predictions="held-out")
    path = run.path / "oov.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["splits"][missing]
    path.write_text(json.dumps(content), encoding="utf-8")
    manifest = json.loads((run.path / "manifest.json").read_text(encoding="utf-8"))
    manifest["oov.json"] = sha256(path)
    (run.path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(RunError, match="other splits"):
        _ = embedkit.Run(run.path).oov.analysis
