"""How the learning rate changes from step to step."""

from __future__ import annotations

import math
from typing import Literal


def factor(schedule: Literal["constant", "linear", "cosine"], step: int, steps: int, warmup: float) -> float:
    """Return the factor by which the learning rate is multiplied at `step` (from 0) of `steps`.

    It rises linearly over the share `warmup` of all steps, then stays constant, or falls linearly or as half
    a cosine (Loshchilov & Hutter 2017) to reach zero after the last step.
    """
    rising = round(warmup * steps)
    if step < rising:
        return (step + 1) / (rising + 1)
    done = (step - rising) / max(1, steps - rising)
    return {"constant": 1.0, "linear": 1 - done, "cosine": (1 + math.cos(math.pi * done)) / 2}[schedule]
