"""An encoder tried out before anything is trained: does padding leave texts alone, is an empty one finite?"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import torch

from embedkit.contracts import check_encoded
from embedkit.errors import ComponentError, Fault

if TYPE_CHECKING:
    from torch import Tensor, nn

    from embedkit.interfaces import Encoder

log = logging.getLogger(__name__)

WIDTH = 240
"""D of the trial: what the usual numbers of attention heads divide."""

LENGTHS = (7, 3, 1, 0)
TOLERANCE = 1e-3
"""Relative to the largest number; float32 in another order of summation stays far below."""


def check_encoder(encoder: Encoder) -> None:
    """Build the encoder for D = 240 and have it encode texts of 7, 3, 1 and no tokens, together and alone.

    Raises ComponentError for a wrong shape, for numbers that are not finite, and for an encoder that gives a
    text other numbers in a padded batch than alone, unless it says `padding_invariant = False`. Milliseconds;
    torch's generator is left as it was. An encoder that cannot be built for that D is not tried.
    """
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        try:
            module = encoder.build(WIDTH).eval()
        except Exception as error:  # it may do for the vectors' own width, for which it is built later
            log.info("encoder not tried out", extra={"width": WIDTH, "error": str(error)})
            return
        embedded = torch.randn(len(LENGTHS), max(LENGTHS), WIDTH)
        mask = torch.arange(max(LENGTHS)) < torch.tensor(LENGTHS)[:, None]
        embedded = embedded * mask[:, :, None]
        together = _encoded(module, encoder, embedded, mask)
        if getattr(encoder, "padding_invariant", True):
            for row, length in enumerate(LENGTHS):
                kept = max(1, length)
                alone = _encoded(module, encoder, embedded[row : row + 1, :kept], mask[row : row + 1, :kept])
                _compare(encoder, length, alone[0], together[row])


def _encoded(module: nn.Module, encoder: Encoder, embedded: Tensor, mask: Tensor) -> Tensor:
    """[B, H]. Raises ComponentError for another shape, and for numbers that are not finite."""
    encoded = check_encoded(module, module(embedded, mask), len(mask), int(module.output_dim))  # type: ignore[arg-type]
    wrong = ~encoded.isfinite().all(dim=1)
    if wrong.any():
        length = int(mask[wrong][0].sum())
        raise _breach(encoder, f"gives NaN or infinity for a text of {length} tokens")
    return encoded


def _compare(encoder: Encoder, length: int, alone: Tensor, padded: Tensor) -> None:
    apart = float((alone - padded).abs().max())
    if apart > TOLERANCE * max(1.0, float(alone.abs().max())):
        what = f"a text of {length} tokens is {apart:.2g} apart alone and padded to {max(LENGTHS)}"
        hint = (
            "The mask says where tokens are; an encoder that cannot go by it says padding_invariant = False."
        )
        raise _breach(encoder, f"lets padding change what it gives: {what}", hint)


def _breach(encoder: Encoder, what: str, hint: str | None = None) -> ComponentError:
    kind = type(encoder)
    return ComponentError(Fault(f"{kind.__module__}.{kind.__qualname__} {what}", where="encoder", hint=hint))
