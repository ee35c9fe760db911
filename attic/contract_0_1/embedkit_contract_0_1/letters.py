"""The network of the text encoder, and the encoder's module that reads what it pools."""

import torch
from torch import nn


class LettersNetwork(nn.Module):
    """Three numbers of each letter, scaled by weights."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Embedding.from_pretrained(torch.ones(128, 3), freeze=False)
        self.eval()

    def forward(self, ids, mask):
        """Return the states of all letters."""
        numbers = torch.stack([ids / 128, (ids % 7) / 7, (ids % 5) / 5], dim=2)
        return numbers * self.scale(ids) * mask.unsqueeze(2)

    def pool(self, states, mask):
        """Return the sum of the states."""
        return (states * mask.unsqueeze(2)).sum(dim=1)

    def layers(self):
        """Return the only layer."""
        return [self.scale]


class FirstVector(nn.Module):
    """Returns the vector that was pooled for a text."""

    def __init__(self, input_dim):
        super().__init__()
        self.output_dim = input_dim

    def forward(self, embedded, mask):
        """Return the first vector of each text."""
        return embedded[:, 0] * mask[:, :1]
