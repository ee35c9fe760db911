"""A run is loaded before it ends: an encoder that gives other numbers then is named, and nothing is lost."""

from __future__ import annotations

import json
from textwrap import indent

import pytest
from click.testing import CliRunner

import embedkit
from embedkit.cli.program import program
from embedkit.errors import ComponentError
from embedkit.runs.run import Run

SOURCE = """
    from embedkit import hookimpl

    class Strange:
        def __init__(self, *, after: int = 5) -> None:
            self.after = after

        def build(self, input_dim):
            import torch
            from torch import nn
            from embedkit.model.pooling import masked_mean

            after = self.after

            class Module(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.output_dim = input_dim
                    self.layer = nn.Linear(input_dim, input_dim)
                    self.calls = 0

                def forward(self, embedded, mask):
                    encoded = self.layer(masked_mean(embedded, mask))
                    self.calls += self.training
                    if self.calls > after:
{late}
                    return encoded

            return Module()

    @hookimpl
    def register_encoders(register):
        register("strange", Strange)
"""
LATE = {
    "a tensor": "encoded = encoded + 3.0 * self.calls",
    "a layer": (
        "if not hasattr(self, 'more'):\n    self.more = nn.Linear(input_dim, input_dim)\n"
        "encoded = self.more(encoded)"
    ),
}
SAYS = {
    "a tensor": r"gives other numbers once it is loaded: the logits of \d+ texts are .* apart",
    "a layer": r"cannot be loaded with the weights that it was saved with: .*encoder\.more\.weight",
}


@pytest.fixture(params=LATE)
def strange(request, install):
    """An encoder that passes the try-out, and learns later what torch does not save, or saves too much."""
    code = indent(LATE[request.param], " " * 24)
    install("embedkit-strange", SOURCE.format(late=code), entries=["strange"])
    return rf"encoder 'strange' \(strange of embedkit-strange 1\.0\) {SAYS[request.param]}"


def test_it_is_an_error_that_names_the_encoder_and_everything_is_kept(strange, recipe, tmp_path):
    with pytest.raises(ComponentError, match=strange) as caught:
        embedkit.run({**recipe, "encoder": "strange"}, out=tmp_path / "run")
    assert "What was trained is kept" in str(caught.value)
    assert caught.value.exit_code == 1
    run = Run(tmp_path / "run")
    run.verify()
    assert run.metrics["test"]["n"] == 4
    assert {path.name for path in tmp_path.iterdir()} == {"run", "site"}


def test_the_model_of_such_a_run_is_not_loaded_ever_after(strange, recipe, tmp_path):
    with pytest.raises(ComponentError):
        embedkit.run({**recipe, "encoder": "strange"}, out=tmp_path / "run")
    with pytest.raises(ComponentError, match=strange):
        embedkit.load(tmp_path / "run")
    with pytest.raises(ComponentError, match=strange):
        embedkit.run({**recipe, "encoder": "strange"}, out=tmp_path / "run", resume=True)
    result = CliRunner().invoke(program, ["predict", str(tmp_path / "run"), "good film"])
    assert isinstance(result.exception, ComponentError)
    evaluation = {"name": "e", "model": str(tmp_path / "run"), "data": {"test": recipe["data"]["test"]}}
    with pytest.raises(ComponentError, match=strange):
        embedkit.run(evaluation, out=tmp_path / "evaluation")


def test_of_several_runs_the_one_is_named(strange, recipe, tmp_path):
    with pytest.raises(ComponentError, match=rf"seed-1: {strange}"):
        embedkit.run({**recipe, "encoder": "strange", "seeds": [1, 2]}, out=tmp_path / "run")
    assert len(Run(tmp_path / "run").folds) == 2


def test_a_run_that_loads_says_nothing(recipe, tmp_path, install):
    install("embedkit-strange", SOURCE.format(late=" " * 24 + "pass"), entries=["strange"])
    run = embedkit.run({**recipe, "encoder": "strange"}, out=tmp_path / "run")
    assert "unloadable" not in json.loads((run.path / "model.json").read_text())
    frame = embedkit.load(run.path).predict([*run.predictions["text"]])
    assert frame["probability"].tolist() == pytest.approx(run.predictions["probability"].tolist(), abs=1e-6)
