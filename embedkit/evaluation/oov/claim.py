"""A statement on the association of errors with out-of-vocabulary tokens, short or with its figures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """A statement `said` without its full stop, its p-value `p` as text, `means` behind it, and the `rest`.

    `p`, `means` and `rest` are "" for a statement that rests on no test.
    """

    said: str
    p: str = ""
    means: str = ""
    rest: str = ""

    @property
    def full(self) -> str:
        """Return the statement with all figures, one or two sentences."""
        return f"{self.said}: {self.means} ({self.p}). {self.rest}" if self.p else f"{self.said}."

    @property
    def short(self) -> str:
        """Return the statement as one sentence, with its p-value alone."""
        return f"{self.said} ({self.p})." if self.p else f"{self.said}."
