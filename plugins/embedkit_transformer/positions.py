"""Sinusoidal position encodings."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def sinusoids(length: int, dim: int, like: Tensor) -> Tensor:
    """Return position encodings [length, dim], with the dtype and device of `like`.

    Row t has sin(t / 10000^(i / dim)) at every even i, and the cosine of the same angle at i + 1. Vaswani et
    al. 2017, section 3.5; texts may have any length.
    """
    position = torch.arange(length, device=like.device, dtype=torch.float32)[:, None]
    even = torch.arange(0, dim, 2, device=like.device, dtype=torch.float32)
    angle = position * torch.exp(even * (-math.log(10000.0) / dim))
    return torch.stack((angle.sin(), angle.cos()), dim=2).flatten(1)[:, :dim].to(like.dtype)
