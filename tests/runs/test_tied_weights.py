"""An encoder with tied weights is saved and loaded, though no two tensors of a file may share memory."""

from __future__ import annotations

import torch

import embedkit
from embedkit.runs.tensors import read_tensors
from embedkit.runs.writer import write_tensors

TIED = '''
from embedkit.plugin_api import hookimpl, masked_mean

class Tied:
    """The mean of the word vectors, twice through one layer."""

    def build(self, input_dim):
        from torch import nn

        class Module(nn.Module):
            def __init__(self):
                super().__init__()
                self.output_dim = input_dim
                self.first = nn.Linear(input_dim, input_dim)
                self.second = self.first

            def forward(self, embedded, mask):
                return self.second(self.first(masked_mean(embedded, mask)))

        return Module()

@hookimpl
def register_encoders(register):
    register("tied", Tied)
'''
TEXTS = ["a great film", "a dull film", "great fun", "dull and slow"]
RECIPE = {
    "name": "tied",
    "data": {"train": {"use": "inline", "texts": TEXTS, "labels": ["good", "bad"] * 2}},
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 4},
    "oov": ["normal"],
    "encoder": "tied",
    "training": {"epochs": 2},
}


def test_a_model_with_tied_weights_predicts_the_same_once_it_is_loaded(install, tmp_path):
    install("embedkit-tied", TIED, entries=["tied"])
    run = embedkit.run(RECIPE, out=tmp_path / "run")
    predicted = embedkit.load(tmp_path / "run").predict(TEXTS)
    assert [*predicted["probability"].round(6)] == [*run.predictions["probability"].round(6)]


def test_views_of_one_tensor_are_written_apart(tmp_path):
    whole = torch.arange(6.0)
    tensors = {"whole": whole, "again": whole, "end": whole[3:], "turned": whole.view(2, 3).T}
    write_tensors(tmp_path / "file", tensors)
    read = read_tensors(tmp_path / "file")
    assert read.keys() == tensors.keys()
    assert all(read[name].equal(tensor) for name, tensor in tensors.items())
