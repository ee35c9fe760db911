"""Encoders are tried out before training: every bundled one passes, strangers' broken ones are named."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import embedkit
from embedkit.errors import ComponentError
from embedkit.model.selfcheck import check_encoder
from embedkit.recipe.build import build_component
from embedkit.recipe.sections.section import spec_of
from embedkit.registry import build_registry

REGISTRY = build_registry()


class Pooled(nn.Module):
    output_dim = 240

    def __init__(self, pool):
        super().__init__()
        self.pool = pool

    def forward(self, embedded, mask):
        return self.pool(embedded, mask)


def encoder(pool, **attributes):
    made = type("Strange", (), {"build": lambda self, input_dim: Pooled(pool), **attributes})
    return made()


def mean_over_padding(embedded, mask):
    return embedded.mean(1)


def mean_of_nothing(embedded, mask):
    return (embedded * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)


BUNDLED = {
    "bag": {},
    "cnn": {},
    "columns": {"count": 100, "encoder": "bag"},
    "committee": {"encoders": ["cnn", {"use": "gru", "hidden_size": 8}]},
    "gru": {"hidden_size": 8},
    "lstm": {"hidden_size": 8},
    "rnn": {"hidden_size": 8},
    "transformer": {},
}


def test_these_are_all_bundled_encoders():
    assert {*BUNDLED} == {*REGISTRY.names("encoder")}


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_encoders_pass_and_leave_the_generator_alone(name):
    encoder = build_component(REGISTRY, "encoder", spec_of({"use": name, **BUNDLED[name]}), "encoder")
    state = torch.get_rng_state()
    check_encoder(encoder)
    assert torch.equal(torch.get_rng_state(), state)


def test_padding_that_changes_a_text_is_an_error():
    with pytest.raises(ComponentError) as caught:
        check_encoder(encoder(mean_over_padding))
    assert "encoder: test_selfcheck.Strange lets padding change what it gives: a text of 3 tokens is" in str(
        caught.value
    )
    assert "padding_invariant = False" in str(caught.value)


def test_an_encoder_that_says_so_may_let_it():
    check_encoder(encoder(mean_over_padding, padding_invariant=False))


@pytest.mark.parametrize("invariant", [True, False])
def test_an_empty_text_has_to_be_finite(invariant):
    with pytest.raises(ComponentError, match="Strange gives NaN or infinity for a text of 0 tokens"):
        check_encoder(encoder(mean_of_nothing, padding_invariant=invariant))


def test_a_wrong_shape_is_named():
    with pytest.raises(
        ComponentError, match=r"Pooled\.forward: expected a floating-point tensor of shape \[4, 240\]"
    ):
        check_encoder(encoder(lambda embedded, mask: embedded[:, 0, :5]))


def test_an_encoder_for_another_width_is_left_for_later():
    check_encoder(REGISTRY.get("encoder", "transformer").factory(num_heads=7))


def test_a_run_stops_before_training(install, tmp_path):
    source = """
        from embedkit import hookimpl

        class Broken:
            '''Pools over the padding too.'''

            def build(self, input_dim):
                from torch import nn

                class Mean(nn.Module):
                    output_dim = input_dim

                    def forward(self, embedded, mask):
                        return embedded.mean(1)

                return Mean()

        @hookimpl
        def register_encoders(register):
            register("broken", Broken)
    """
    install("embedkit-mean", source, entries=["mean"])
    recipe = {
        "name": "broken",
        "data": {"train": {"use": "inline", "texts": ["a", "b c"], "labels": ["x", "y"]}},
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 3},
        "oov": ["zero"],
        "encoder": "broken",
    }
    with pytest.raises(
        ComponentError, match=r"encoder: embedkit_mean\.Broken lets padding change what it gives"
    ):
        embedkit.run(recipe, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
