"""`random`: every row of the table drawn from the seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from annotated_types import Gt

from embedkit.plugin_api import Doc

if TYPE_CHECKING:
    from embedkit.plugin_api import EmbeddingContext, FloatArray, KnownWords


class RandomEmbedding:
    """Random vectors for the vocabulary's words and for unknown ones: the baseline that knows nothing."""

    standalone: ClassVar[bool] = False

    def __init__(
        self,
        *,
        dim: Annotated[int, Gt(0), Doc("dimensions of every vector, D")] = 300,
        distribution: Annotated[
            Literal["normal", "uniform"], Doc("`normal`: N(0, `scale`²); `uniform`: U[-`scale`, `scale`)")
        ] = "uniform",
        scale: Annotated[
            float, Gt(0), Doc("the standard deviation, or half the width of the interval")
        ] = 0.25,
    ) -> None:
        self.dim = dim
        self.distribution = distribution
        self.scale = scale

    def open(self, context: EmbeddingContext) -> KnownWords:
        """Return vectors for `context.words` and for unknown words, drawn from `context.seed` alone.

        The table is drawn with all its rows, padding included, at once: only then are numbers of N(0, 1) the
        same as those of `torch.manual_seed(seed)` and `nn.Embedding(V, dim)`.
        """
        from embedkit.plugin_api import FIRST_WORD_ID, UNK_ID, KnownWords, check_table

        check_table(FIRST_WORD_ID + len(context.words), self.dim)
        table = self._draw(FIRST_WORD_ID + len(context.words), context.seed)
        return KnownWords(context.words, table[FIRST_WORD_ID:], table[UNK_ID])

    def _draw(self, rows: int, seed: int) -> FloatArray:
        import torch

        table = torch.empty(rows, self.dim)
        generator = torch.Generator().manual_seed(seed)
        if self.distribution == "normal":
            table.normal_(0.0, self.scale, generator=generator)
        else:
            table.uniform_(-self.scale, self.scale, generator=generator)
        return table.numpy()
