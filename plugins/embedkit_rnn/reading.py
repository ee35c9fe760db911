"""The states of a recurrent network at every token of padded texts, as if there were no padding.

One direction needs no care: what follows a text's last token has not been read at any of its tokens, in any
layer. The backward direction of a padded text would meet the padding first. There are two ways out: packed
texts, and turning each text around within its own length, so that its padding stays behind it. On a CPU the
second is faster in training (up to 3 times for an LSTM, which torch hands to oneDNN unless it is packed).
On a GPU cuDNN reads packed texts well, and wants all the weights of a network in one call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def read(rnn: nn.RNNBase, embedded: Tensor, lengths: Tensor) -> Tensor:
    """States [B, T, H] of the top layer for `embedded` [B, T, D]; what stands at padding means nothing.

    `lengths` int64 [B], at least 1.
    """
    if embedded.device.type != "cpu":
        return packed(rnn, embedded, lengths) if rnn.bidirectional else _plain(rnn, embedded)
    # Not in mixed precision: oneDNN has no LSTM of half precision but for some processors, and raises.
    with torch.autocast("cpu", enabled=False):
        texts = embedded.to(next(rnn.parameters()).dtype)
        return turned(rnn, texts, lengths) if rnn.bidirectional else _plain(rnn, texts)


def _plain(rnn: nn.RNNBase, embedded: Tensor) -> Tensor:
    return cast("Tensor", rnn(embedded)[0])


def packed(rnn: nn.RNNBase, embedded: Tensor, lengths: Tensor) -> Tensor:
    """The states of packed texts."""
    texts = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, enforce_sorted=False)
    states, _ = pad_packed_sequence(rnn(texts)[0], batch_first=True, total_length=embedded.shape[1])
    return states


def turned(rnn: nn.RNNBase, embedded: Tensor, lengths: Tensor) -> Tensor:
    """The states of texts read forwards, and of the same texts turned around, layer by layer."""
    there = torch.arange(embedded.shape[1], device=embedded.device)
    last = lengths[:, None] - 1
    order = torch.where(there <= last, last - there, there)[:, :, None]
    states = embedded
    for layer in range(rnn.num_layers):
        if layer:
            states = dropout(states, rnn.dropout, rnn.training)
        forwards, backwards = rnn.all_weights[2 * layer : 2 * layer + 2]
        back = _one_way(rnn, _turn(states, order), backwards)
        states = torch.cat((_one_way(rnn, states, forwards), _turn(back, order)), dim=2)
    return states


def _turn(states: Tensor, order: Tensor) -> Tensor:
    """The tokens' rows in their new `order` [B, T, 1], which undoes itself."""
    return states.gather(1, order.expand_as(states))


def _one_way(rnn: nn.RNNBase, states: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """One layer in one direction, from a state of zeros."""
    start = states.new_zeros(1, len(states), rnn.hidden_size)
    # biases, 1 layer, no dropout, whether training, one direction, batch first
    settings = (True, 1, 0.0, rnn.training, False, True)
    if rnn.mode == "LSTM":
        return torch.lstm(states, (start, start), tuple(weights), *settings)[0]
    run = {"GRU": torch.gru, "RNN_TANH": torch.rnn_tanh, "RNN_RELU": torch.rnn_relu}[rnn.mode]
    return run(states, start, tuple(weights), *settings)[0]
