"""Encoders are tried out before training: every bundled one passes, strangers' broken ones are named."""

from __future__ import annotations

import random
import sys

import numpy
import pytest
import torch
from torch import nn

import embedkit
from embedkit.errors import ComponentError
from embedkit.experiments.run import look_over
from embedkit.model.pooling import masked_mean
from embedkit.model.selfcheck import check_encoder
from embedkit.plugin.registry import build_registry
from embedkit.recipe.build import Part
from embedkit.recipe.components import Components
from embedkit.recipe.load import load_recipe
from embedkit.recipe.sections.section import spec_of
from embedkit.runs.reporter import Reporter

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
    "pooled": {},
    "slice": {"count": 100, "encoder": "bag"},
    "ensemble": {"encoders": ["cnn", {"use": "gru", "hidden_size": 8}]},
    "gru": {"hidden_size": 8},
    "lstm": {"hidden_size": 8},
    "rnn": {"hidden_size": 8},
    "transformer": {},
}


def test_these_are_all_bundled_encoders():
    assert {*BUNDLED} == {*REGISTRY.names("encoder")}


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_encoders_pass_and_leave_the_generator_alone(name):
    encoder = Part(REGISTRY, "encoder", spec_of({"use": name, **BUNDLED[name]}), "encoder").make()
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
        ComponentError, match=r"Pooled\.forward: expected a tensor of torch.float32 and shape \[4, 240\]"
    ):
        check_encoder(encoder(lambda embedded, mask: embedded[:, 0, :5]))


def test_an_encoder_for_another_width_is_left_for_later():
    check_encoder(REGISTRY.get("encoder", "transformer").factory(num_heads=7))


class Linear(nn.Module):
    """A mean over the tokens through one layer: what every encoder below does wrong in one respect."""

    def __init__(self, input_dim):
        super().__init__()
        self.output_dim = 5
        self.layer = nn.Linear(input_dim, 5)
        self.prepare(input_dim)

    def prepare(self, input_dim):
        pass

    def mean(self, embedded, mask):
        return masked_mean(embedded, mask)

    def forward(self, embedded, mask):
        return self.layer(self.mean(embedded, mask))


class PlainTensor(Linear):
    def prepare(self, input_dim):
        self.scale = torch.rand(input_dim)

    def mean(self, embedded, mask):
        return masked_mean(embedded * self.scale, mask)


class ListOfLayers(Linear):
    def prepare(self, input_dim):
        self.lins = [nn.Linear(input_dim, input_dim)]

    def mean(self, embedded, mask):
        return masked_mean(self.lins[0](embedded), mask)


class NestedDictOfLayers(ListOfLayers):
    def prepare(self, input_dim):
        self.inner = nn.Module()
        self.inner.made = {"a": (nn.Linear(input_dim, input_dim),)}

    def mean(self, embedded, mask):
        return masked_mean(self.inner.made["a"][0](embedded), mask)


class UnsavedBuffer(PlainTensor):
    def prepare(self, input_dim):
        self.register_buffer("scale", torch.rand(input_dim), persistent=False)


class ParameterInAList(Linear):
    def prepare(self, input_dim):
        self.shifts = [nn.Parameter(torch.zeros(5))]

    def forward(self, embedded, mask):
        return super().forward(embedded, mask) + self.shifts[0]


class RunningMean(Linear):
    """Learns in training what is saved nowhere."""

    def prepare(self, input_dim):
        self.shift = 0.0

    def forward(self, embedded, mask):
        encoded = super().forward(embedded, mask)
        if self.training:
            self.shift = 0.9 * self.shift + float(encoded.detach().abs().mean())
        return encoded + self.shift


class LateLayer(Linear):
    def prepare(self, input_dim):
        self.late = None

    def forward(self, embedded, mask):
        if self.late is None:
            self.late = nn.Linear(5, 5)
        return self.late(super().forward(embedded, mask))


class LazyLayer(Linear):
    def prepare(self, input_dim):
        self.layer = nn.LazyLinear(5)


class ReadsBeyondSeven(Linear):
    def mean(self, embedded, mask):
        return embedded.mean(1) if mask.shape[1] > 7 else super().mean(embedded, mask)


class SumsPadding(Linear):
    """Right as long as padding is zero."""

    def mean(self, embedded, mask):
        return embedded.sum(1) / mask.sum(1, keepdim=True).clamp(min=1)


class OneWidth(Linear):
    """For vectors of 12 alone, as everything around a pretrained model; reads padding."""

    def __init__(self, input_dim):
        if input_dim != 12:
            raise ValueError("vectors of 12 alone")
        super().__init__(input_dim)

    def mean(self, embedded, mask):
        return embedded.mean(1)


class DropsInEvaluation(Linear):
    def forward(self, embedded, mask):
        return nn.functional.dropout(super().forward(embedded, mask), 0.5)


class CountsCalls(Linear):
    calls = 0

    def forward(self, embedded, mask):
        self.calls += 1
        return super().forward(embedded, mask) + self.calls


class NormalizesOverTheBatch(Linear):
    def mean(self, embedded, mask):
        mean = super().mean(embedded, mask)
        return mean - mean.mean(0)


class WritesInto(Linear):
    def mean(self, embedded, mask):
        return masked_mean(embedded.mul_(2), mask)


class WritesIntoTheMask(Linear):
    def mean(self, embedded, mask):
        mask[:, :1] = True
        return super().mean(embedded, mask)


class Doubles(Linear):
    def forward(self, embedded, mask):
        return super().forward(embedded, mask).double()


class Halves(Linear):
    def forward(self, embedded, mask):
        return super().forward(embedded, mask).half()


class Detached(Linear):
    def forward(self, embedded, mask):
        return super().forward(embedded, mask).detach()


class WithoutGradients(Linear):
    @torch.no_grad()
    def forward(self, embedded, mask):
        return super().forward(embedded, mask)


class RootOfNothing(Linear):
    """Its gradient at 0 is infinite, so that of a text without tokens is NaN."""

    def mean(self, embedded, mask):
        return (embedded**2 * mask[:, :, None]).sum(1).sqrt()


class SeedsInBuild(Linear):
    def __init__(self, input_dim):
        torch.manual_seed(0)
        super().__init__(input_dim)


class AnySeedInBuild(Linear):
    def __init__(self, input_dim):
        torch.seed()
        super().__init__(input_dim)


class SeedsInTraining(Linear):
    def forward(self, embedded, mask):
        if self.training:
            torch.manual_seed(0)
        return super().forward(embedded, mask)


class DrawsFromPython(Linear):
    def forward(self, embedded, mask):
        return super().forward(embedded, mask) * (1 + random.random() * self.training)


class DrawsFromNumpy(Linear):
    def forward(self, embedded, mask):
        return super().forward(embedded, mask) * (1 + numpy.random.rand() * self.training)


class DrawsInBuild(Linear):
    def prepare(self, input_dim):
        self.layer.weight.data *= random.random()


class SeedsPythonInBuild(Linear):
    def prepare(self, input_dim):
        random.seed(1)


class SeedsNumpyInTraining(Linear):
    def forward(self, embedded, mask):
        if self.training:
            numpy.random.seed(1)
        return super().forward(embedded, mask)


class DrawsFromNumpyInEvaluation(Linear):
    def forward(self, embedded, mask):
        return super().forward(embedded, mask) * numpy.random.rand()


class Raises(Linear):
    def forward(self, embedded, mask):
        raise KeyError("half")


class Exits(Linear):
    def forward(self, embedded, mask):
        sys.exit(0)


class RaisesOnLongTexts(Linear):
    def forward(self, embedded, mask):
        if mask.shape[1] > 30:
            raise IndexError("positions")
        return super().forward(embedded, mask)


class WithoutWidth(Linear):
    def prepare(self, input_dim):
        del self.output_dim


BROKEN = {
    PlainTensor: r"has weights that torch does not train or save: scale; texts of 7, 3, 1 and 0 tokens are",
    ListOfLayers: r"has weights that torch does not train or save: lins; ",
    NestedDictOfLayers: r"has weights that torch does not train or save: inner\.made; ",
    UnsavedBuffer: r"has weights that torch does not train or save; ",
    ParameterInAList: r"has weights that torch does not train or save: shifts\n",
    RunningMean: r"has weights that torch does not train or save; ",
    LateLayer: r"makes weights after it was built: late\.bias, late\.weight",
    LazyLayer: r"makes weights after it was built: layer\.weight",
    ReadsBeyondSeven: r"lets padding change what it gives: a text of 20 tokens is .* alone and padded to 40",
    SumsPadding: r"reads padding: texts of 7, 3, 1 and 0 tokens are .* apart with other numbers there",
    OneWidth: r"lets padding change what it gives: a text of 3 tokens",
    DropsInEvaluation: r"draws random numbers in evaluation: the same texts .* asked again\n.*Dropout",
    CountsCalls: r"keeps something from one call to the next: the same texts",
    NormalizesOverTheBatch: r"lets the other texts of a batch change what it gives: a text of 7 tokens",
    WritesInto: r"writes into the tensors that it is given",
    WritesIntoTheMask: r"writes into the tensors that it is given",
    Doubles: r"torch\.float64",
    Halves: r"torch\.float16",
    Detached: r"never trains: no gradient reaches any of its weights",
    WithoutGradients: r"never trains: no gradient reaches any of its weights",
    RootOfNothing: r"gives NaN or infinity as the gradient of the word vectors for texts of 7, 3, 1 and 0",
    SeedsInBuild: r"sets the seed of torch's generator in build",
    AnySeedInBuild: r"has other first weights each time that it is built with the same seed",
    SeedsInTraining: r"sets the seed of torch's generator in training",
    DrawsFromPython: r"draws from Python's global generator in training, or sets the seed there",
    DrawsFromNumpy: r"draws from NumPy's global generator in training",
    DrawsInBuild: r"draws from Python's global generator in build",
    SeedsPythonInBuild: r"draws from Python's global generator in build, or sets the seed there",
    SeedsNumpyInTraining: r"draws from NumPy's global generator in training, or sets the seed there",
    DrawsFromNumpyInEvaluation: r"draws from NumPy's global generator in evaluation",
    Raises: r"cannot encode texts of 7, 3, 1 and 0 tokens: it raised KeyError: 'half'",
    Exits: r"cannot encode texts of 7, 3, 1 and 0 tokens: it raised SystemExit: 0",
    RaisesOnLongTexts: r"cannot encode texts of 40, 20 and 3 tokens: it raised IndexError: positions",
    WithoutWidth: r"builds no torch module with output_dim, an int of 1 or more: got WithoutWidth with",
}


def built_by(module):
    return type("Strange", (), {"build": lambda self, input_dim: module(input_dim)})()


@pytest.mark.parametrize("module", BROKEN)
def test_a_broken_promise_is_named_at_the_real_width_and_length(module):
    states = random.getstate(), torch.get_rng_state()
    with pytest.raises(ComponentError, match=BROKEN[module]) as caught:
        check_encoder(built_by(module), "encoder 'strange' (a of b 1.0)", 12, 40)
    assert "encoder 'strange' (a of b 1.0)" in str(caught.value) or module in (Doubles, Halves)
    assert random.getstate() == states[0]
    assert torch.equal(torch.get_rng_state(), states[1])


@pytest.mark.parametrize("name", BUNDLED)
@pytest.mark.parametrize(("width", "length"), [(4, 1), (12, 2), (50, 40), (100, 600)])
def test_bundled_encoders_pass_at_any_width_and_length(name, width, length):
    keys = {**BUNDLED[name], **({"count": 3} if name == "slice" else {})}
    encoder = Part(REGISTRY, "encoder", spec_of({"use": name, **keys}), "encoder").make()
    check_encoder(encoder, name, width, length)


def test_modules_that_share_weights_are_an_error():
    layer = nn.Linear(12, 5)

    class Shared(Linear):
        def prepare(self, input_dim):
            self.layer = layer

    with pytest.raises(ComponentError, match=r"shares weights .* that it builds: layer\.weight, layer\.bias"):
        check_encoder(built_by(Shared), "encoder 'strange'", 12, 40)


class Pretrained(Linear):
    def prepare(self, input_dim):
        with torch.no_grad():
            self.layer.weight.copy_(torch.arange(self.layer.weight.numel()).view_as(self.layer.weight))


class SeedsInAFork(Linear):
    def __init__(self, input_dim):
        with torch.random.fork_rng():
            torch.manual_seed(0)
            super().__init__(input_dim)


class Frozen(Linear):
    """Fixed weights, to learn on top of."""

    def prepare(self, input_dim):
        self.requires_grad_(False)

    def forward(self, embedded, mask):
        return super().forward(embedded, mask).detach()


class HiddenPretrained(Linear):
    """Keeps a frozen model, the same every time, out of what is saved."""

    def prepare(self, input_dim):
        layer = nn.Linear(input_dim, input_dim)
        nn.init.eye_(layer.weight)
        nn.init.zeros_(layer.bias)
        self.hidden = [layer]

    def mean(self, embedded, mask):
        return masked_mean(self.hidden[0](embedded), mask)


class WithBatchNorm(Linear):
    def prepare(self, input_dim):
        self.norm = nn.BatchNorm1d(5)

    def forward(self, embedded, mask):
        return self.norm(super().forward(embedded, mask))


@pytest.mark.parametrize("module", [Linear, Frozen, HiddenPretrained, WithBatchNorm])
def test_what_is_right_though_unusual_passes_in_silence(module, caplog):
    check_encoder(built_by(module), "strange", 12, 40)
    assert not [record for record in caplog.records if record.levelname == "WARNING"]


def test_first_weights_that_no_seed_changes_are_warned_of(caplog):
    check_encoder(built_by(SeedsInAFork), "encoder 'strange'", 12, 40)
    assert "encoder 'strange': its first weights are the same for every seed" in caplog.text


class Gated(Linear):
    """Trains one of its two layers."""

    def prepare(self, input_dim):
        self.gate = nn.Linear(input_dim, 5)

    def forward(self, embedded, mask):
        return super().forward(embedded, mask) * self.gate(self.mean(embedded, mask)).detach()


def test_weights_that_no_gradient_reaches_are_warned_of(caplog):
    check_encoder(built_by(Gated), "encoder 'strange'", 12, 40, True)
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "encoder: encoder 'strange': no gradient reaches gate.bias, gate.weight: "
        "training leaves them as they are"
    ]


class StartsAtZero(Gated):
    """As an adapter of low rank does: in the first step no gradient but zeros reaches one of its layers."""

    def prepare(self, input_dim):
        super().prepare(input_dim)
        nn.init.zeros_(self.layer.weight)
        nn.init.zeros_(self.layer.bias)

    def forward(self, embedded, mask):
        mean = self.mean(embedded, mask)
        return self.layer(mean) * self.gate(mean)


class ReadsNumbers(Linear):
    def mean(self, embedded, mask):
        return super().mean(embedded.detach(), mask)


@pytest.mark.parametrize(
    ("module", "trained", "warned"),
    [(ReadsNumbers, True, True), (ReadsNumbers, False, False), (StartsAtZero, True, False)],
)
def test_word_vectors_that_no_gradient_reaches_are_warned_of(module, trained, warned, caplog):
    check_encoder(built_by(module), "encoder 'strange'", 12, 40, trained)
    assert ("no gradient reaches the word vectors: training leaves them" in caplog.text) == warned
    assert "gate" not in caplog.text


def test_an_encoder_of_one_length_is_tried_at_that_length():
    class Flat(Linear):
        def prepare(self, input_dim):
            self.layer = nn.Linear(input_dim * 30, 5)

        def forward(self, embedded, mask):
            return self.layer(embedded.flatten(1))

    build = {"build": lambda self, input_dim: Flat(input_dim), "padding_invariant": False}
    check_encoder(type("Strange", (), build)(), "strange", 12, 30)
    check_encoder(type("Strange", (), build)(), "strange")


ONE_WIDTH = """
    from embedkit import hookimpl

    class OneWidth:
        '''As those around pretrained models: for vectors of 12 alone; pools padding from 8 tokens on.'''

        def build(self, input_dim):
            from torch import nn
            from embedkit.model.pooling import masked_mean

            if input_dim != 12:
                raise ValueError("vectors of 12 alone")

            class Mean(nn.Module):
                output_dim = 12

                def forward(self, embedded, mask):
                    return embedded.mean(1) if mask.shape[1] > 7 else masked_mean(embedded, mask)

            return Mean()

    @hookimpl
    def register_encoders(register):
        register("one-width", OneWidth)
"""


def one_width(tokens, dim, use="one-width"):
    texts = ["word " * tokens, "b c"]
    return {
        "name": "broken",
        "data": {"train": {"use": "inline", "texts": texts, "labels": ["x", "y"]}},
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": dim},
        "oov": ["zero"],
        "encoder": use,
        "training": {"epochs": 1},
    }


def test_it_is_tried_at_the_width_of_the_vectors_and_the_length_of_the_texts(install, tmp_path):
    install("embedkit-one", ONE_WIDTH, entries=["one"])
    message = r"encoder 'one-width' \(one of embedkit-one 1\.0\) lets padding .* alone and padded to 20"
    with pytest.raises(ComponentError, match=message):
        embedkit.run(one_width(20, 12), out=tmp_path / "long")
    embedkit.run(one_width(7, 12), out=tmp_path / "short")
    with pytest.raises(ComponentError, match=r"build\(\) for vectors of 3 dimensions raised ValueError: vec"):
        embedkit.run(one_width(7, 3), out=tmp_path / "narrow")
    inside = {"use": "ensemble", "encoders": ["bag", "one-width"]}
    with pytest.raises(ComponentError, match=r"encoder 'ensemble' .*encoder 'one-width' \(one of embedkit"):
        embedkit.run(one_width(20, 12, inside), out=tmp_path / "inside")


def test_validate_with_data_tries_it_so_too(install, tmp_path):
    install("embedkit-one", ONE_WIDTH, entries=["one"])
    registry = build_registry()
    with pytest.raises(ComponentError, match="padded to 20"):
        look_over(
            Components(load_recipe(one_width(20, 12), registry, {}), registry), Reporter(), strict=False
        )


def test_longer_texts_than_those_of_the_trial_are_warned_of_for_plugins(install, tmp_path, caplog):
    source = ONE_WIDTH.replace("if mask.shape[1] > 7", "if mask.shape[1] > 600")
    install("embedkit-one", source, entries=["one"])
    embedkit.run(one_width(600, 12, "bag"), out=tmp_path / "bag")
    assert "tried out" not in caplog.text
    embedkit.run(one_width(600, 12), out=tmp_path / "run")
    assert "texts of up to 512 tokens, and the longest here has 600" in caplog.text


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
        ComponentError, match=r"encoder 'broken' \(mean of embedkit-mean 1\.0\) lets padding change what it"
    ):
        embedkit.run(recipe, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
