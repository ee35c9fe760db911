"""The states of a recurrent network at every token of padded texts, as if there were no padding.

The forward direction needs no care: padding follows the tokens of a text, so no layer reads it before them.
The backward direction would read the padding first. There are two ways out: packed sequences, and reversing
each text within its own length, so that its padding stays at the end. On a CPU the second is faster in
training (up to 3 times for an LSTM, which torch hands to oneDNN unless it is packed). On a GPU cuDNN reads
packed sequences well, and wants all the weights of a network in one call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from embedkit_rnn.elman import read_one_way

ELMAN = ("RNN_TANH", "RNN_RELU")
"""The modes of `nn.RNN`, which on a CPU is read by functions of our own."""


def read(rnn: nn.RNNBase, embedded: Tensor, lengths: Tensor) -> Tensor:
    """Return the top layer's states [B, T, H] for `embedded` [B, T, D]; states at padding mean nothing.

    `lengths` is int64 [B], at least 1.
    """
    if embedded.device.type != "cpu":
        return packed(rnn, embedded, lengths) if rnn.bidirectional else _whole(rnn, embedded)
    # Not in mixed precision: oneDNN has no LSTM of half precision but for some processors, and raises.
    with torch.autocast("cpu", enabled=False):
        texts = embedded.to(next(rnn.parameters()).dtype)
        layered = rnn.bidirectional or rnn.mode in ELMAN
        return by_layer(rnn, texts, lengths) if layered else _whole(rnn, texts)


def _whole(rnn: nn.RNNBase, embedded: Tensor) -> Tensor:
    return cast("Tensor", rnn(embedded)[0])


def packed(rnn: nn.RNNBase, embedded: Tensor, lengths: Tensor) -> Tensor:
    """Return the top layer's states, computed from packed sequences."""
    texts = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, enforce_sorted=False)
    states, _ = pad_packed_sequence(rnn(texts)[0], batch_first=True, total_length=embedded.shape[1])
    return states


def by_layer(rnn: nn.RNNBase, embedded: Tensor, lengths: Tensor) -> Tensor:
    """Return the top layer's states, computed layer by layer.

    A bidirectional network also reads each text reversed within its own length.
    """
    order = _turning(lengths, embedded.shape[1]) if rnn.bidirectional else None
    directions = 1 if order is None else 2
    states = embedded
    for layer in range(rnn.num_layers):
        if layer:
            states = dropout(states, rnn.dropout, rnn.training)
        forwards, *backwards = rnn.all_weights[directions * layer : directions * (layer + 1)]
        there = _one_way(rnn, states, forwards)
        if order is not None:
            back = _one_way(rnn, _turn(states, order), *backwards)
            there = torch.cat((there, _turn(back, order)), dim=2)
        states = there
    return states


def _turning(lengths: Tensor, width: int) -> Tensor:
    """Return the order [B, T, 1] of tokens that reverses each text and leaves its padding in place."""
    columns = torch.arange(width, device=lengths.device)
    last = lengths[:, None] - 1
    return torch.where(columns <= last, last - columns, columns)[:, :, None]


def _turn(states: Tensor, order: Tensor) -> Tensor:
    """Return the tokens' states in the new `order` [B, T, 1]; doing it twice restores the old order."""
    return states.gather(1, order.expand_as(states))


def _one_way(rnn: nn.RNNBase, states: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """Return the states of one layer in one direction, from an initial state of zeros."""
    if rnn.mode in ELMAN:
        return read_one_way(states, weights, relu=rnn.mode == "RNN_RELU")
    start = states.new_zeros(1, len(states), rnn.hidden_size)
    # biases, 1 layer, no dropout, whether training, one direction, batch first
    settings = (True, 1, 0.0, rnn.training, False, True)
    if rnn.mode == "LSTM":
        return torch.lstm(states, (start, start), tuple(weights), *settings)[0]
    return torch.gru(states, start, tuple(weights), *settings)[0]
