"""The vectors that the encoder makes of texts."""

from __future__ import annotations

import pytest
import torch

from embedkit.plugin_api import make_component

EMBEDDED = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [9.0, 9.0]], [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]])
MASK = torch.tensor([[True, True, False], [False, False, False]])


def test_a_text_is_a_weighted_mean_of_its_words() -> None:
    module = make_component("encoder", "placeholder").build(2)
    torch.nn.init.zeros_(module.score.weight)
    assert module(EMBEDDED, MASK).tolist() == [[2.0, 3.0], [0.0, 0.0]]


def test_weights_follow_the_scores() -> None:
    module = make_component("encoder", "placeholder", heads=2).build(2)
    with torch.no_grad():
        module.score.weight.copy_(torch.tensor([[50.0, 0.0], [-50.0, 0.0]]))
    assert module.output_dim == 4
    assert module(EMBEDDED, MASK)[0].tolist() == pytest.approx([3.0, 4.0, 1.0, 2.0])


def test_it_needs_a_head() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        make_component("encoder", "placeholder", heads=0)
