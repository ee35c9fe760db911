"""How well a policy that learns its vectors predicts those of held-out words."""

from __future__ import annotations

from dataclasses import dataclass

from embedkit.interfaces import HeldOutFit


@dataclass(frozen=True)
class PolicyFit:
    """The `fit` of the policy that is called `policy`, and how many `words` it gave a vector."""

    policy: str
    words: int
    fit: HeldOutFit
