"""What does not fit into memory is refused, with numbers, before memory is taken."""

from __future__ import annotations

import pytest
import torch
from embedkit_bag.encoder import Bag
from embedkit_cnn.encoder import Cnn
from embedkit_rnn.encoder import Rnn
from embedkit_rnn.gated import Gru, Lstm
from embedkit_transformer.encoder import Transformer

from embedkit.errors import DataError, RecipeError
from embedkit.model.memory import check_long_texts, check_parameters, check_table, machine_memory


def test_the_memory_of_the_machine_is_known():
    assert 1e8 < machine_memory() < 1e14


def test_a_table_that_fits_and_tables_that_do_not():
    check_table(400_000, 300)
    for rows, dim in ((100, 10**12), (10**12, 300), (2, 2**62)):
        with pytest.raises(
            RecipeError, match=rf"a table of {rows:,} rows of {dim:,} dimensions takes [\d,.]+ GB; "
        ):
            check_table(rows, dim)


@pytest.mark.parametrize("encoder", [Bag(), Cnn(), Rnn(hidden_size=64), Lstm(hidden_size=64), Transformer()])
def test_usual_encoders_fit_and_the_generator_stays(encoder):
    before = torch.get_rng_state()
    check_parameters(encoder, "it", 300)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    "encoder",
    [
        *(kind(hidden_size=10**7) for kind in (Rnn, Lstm, Gru)),
        Rnn(hidden_size=10**9),
        Transformer(feedforward_size=10**12),
        Cnn(maps=10**12),
    ],
)
def test_an_encoder_that_does_not_fit_is_refused_with_numbers(encoder):
    with pytest.raises(
        RecipeError, match=r"it for vectors of 300 dimensions has [\d,]+ weights; training takes [\d,.]+ GB"
    ):
        check_parameters(encoder, "it", 300)


@pytest.mark.parametrize(
    "encoder",
    [Rnn(hidden_size=2**62), Lstm(hidden_size=10**12), Transformer(feedforward_size=2**62), Cnn(maps=2**62)],
)
def test_sizes_that_torch_cannot_count_are_refused(encoder):
    with pytest.raises(RecipeError, match=r"takes more than 9,223,372,036.9 GB; there are"):
        check_parameters(encoder, "it", 300)


class Odd:
    """An encoder that cannot be built without memory."""

    def build(self, input_dim):
        return torch.nn.Linear(input_dim, int(torch.ones(1).item()))


def test_what_cannot_be_built_without_memory_is_not_refused():
    check_parameters(Odd(), "it", 300)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("encoder", [Transformer(), Transformer(num_heads=4, num_layers=2, norm_first=True)])
def test_attention_over_a_long_text_is_refused_with_numbers(encoder, training):
    def module():
        return encoder.build(8).train(training)

    check_long_texts(module, "it", 8, 32, 500)
    with pytest.raises(
        DataError, match=r"every other: a batch of 32 texts, .* 1,000,000 tokens, takes [\d,.]+ GB"
    ) as caught:
        check_long_texts(module, "it", 8, 32, 1_000_000)
    assert caught.value.faults[0].where == "data.max_length"


@pytest.mark.parametrize("encoder", [Bag(), Cnn(maps=3), Lstm(hidden_size=4), Rnn(hidden_size=4)])
def test_an_encoder_that_reads_a_text_once_takes_it(encoder):
    check_long_texts(lambda: encoder.build(8).train(), "it", 8, 32, 1_000_000)


@pytest.mark.parametrize("length", [10**9, 2**62])
def test_what_is_read_alone_may_be_too_much(length):
    with pytest.raises(
        DataError, match=f"a batch of 32 texts, as long as the longest with {length:,} tokens, takes"
    ):
        check_long_texts(lambda: Bag().build(300), "it", 300, 32, length)
