"""A small text encoder made of nothing but code: the states of pieces depend on the whole text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from zlib import crc32

import numpy as np
import torch
from torch import nn

from embedkit.interfaces import Pieces

D = 6
PIECE = 3
"""Characters of a piece, at most."""
POSITIONS = 12
"""Pieces of a text that are read, at most, the special ones included."""
FIRST, LAST, UNKNOWN, IDS = 1, 2, 3, 9973


class SmallNetwork(nn.Module):
    """Adds to each piece's vector the mean over the text, and counts the different texts that it reads."""

    def __init__(self, read: list[int]) -> None:
        super().__init__()
        torch.manual_seed(7)
        self.embedding = nn.Embedding(IDS, D)
        self.mix = nn.Linear(D, D)
        self.read = read

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        self.read.append(len(ids.unique(dim=0)))
        vectors = self.embedding(ids)
        return torch.tanh(vectors + self.mix(self.pool(vectors, mask))[:, None])

    def pool(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return (states * mask[..., None]).sum(1) / mask.sum(1)[:, None]

    def layers(self) -> Sequence[nn.Module]:
        return [self.embedding, self.mix]


class SmallModel:
    """Splits texts at white space, and words into pieces of three characters."""

    dim = D

    def __init__(self, digest: str = "small", special: bool = True) -> None:
        self.digest = f"{digest} {special}"
        self.read: list[int] = []
        self._special = special

    def pieces(self, texts: Sequence[str]) -> Pieces:
        each = [self._pieces(text.split()) for text in texts]
        flat = np.array([*chain.from_iterable(each)], np.int32).reshape(-1, 2)
        lengths = np.fromiter(map(len, each), np.int64, len(each))
        read = np.array([len({word for _, word in of_text} - {-1}) for of_text in each], np.int64)
        tokens = [text.split() for text in texts]
        return Pieces(flat[:, 0], flat[:, 1], flat[:, 0] == UNKNOWN, lengths, tokens, read)

    def _pieces(self, words: Sequence[str]) -> list[tuple[int, int]]:
        found = []
        for number, word in enumerate(words):
            parts = [word[begin : begin + PIECE] for begin in range(0, len(word), PIECE)]
            if len(found) + len(parts) > POSITIONS - 2:
                break
            found += [(_id(part), number) for part in parts]
        return [(FIRST, -1), *found, (LAST, -1)] if self._special else found

    def build(self) -> nn.Module:
        return SmallNetwork(self.read)


def _id(part: str) -> int:
    if max(part) > "\uffff":
        return UNKNOWN
    return UNKNOWN + 1 + crc32(part.encode(errors="surrogatepass")) % (IDS - UNKNOWN - 1)
