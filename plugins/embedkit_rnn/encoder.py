"""`rnn`: the keys of the encoder, and how its module is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Gt

from embedkit.interfaces import Doc

if TYPE_CHECKING:
    from torch import nn


class Rnn:
    """A simple recurrent network: a text is its last hidden state.

    Elman 1990, "Finding Structure in Time".
    """

    def __init__(
        self,
        *,
        hidden_size: Annotated[int, Gt(0), Doc("width of the hidden state, H of one direction")],
        num_layers: Annotated[int, Gt(0), Doc("layers, each reading the states of the one below")] = 1,
        bidirectional: Annotated[bool, Doc("read the text in both directions, which doubles H")] = False,
        nonlinearity: Annotated[
            Literal["tanh", "relu"], Doc("what the hidden state passes through")
        ] = "tanh",
        mask_padding: Annotated[
            bool,
            Doc("take the state at each text's own last token; false takes it after the padding"),
        ] = True,
    ) -> None:
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bidirectional = bidirectional
        self.nonlinearity: Literal["tanh", "relu"] = nonlinearity
        self.mask_padding = mask_padding

    @property
    def padding_invariant(self) -> bool:
        """Whether a text gives the same numbers however much it is padded."""
        return self.mask_padding

    def build(self, input_dim: int) -> nn.Module:
        """A module whose weights are drawn exactly as one `nn.RNN` of the same settings draws them."""
        from torch import nn

        from embedkit_rnn.module import RnnModule

        rnn = nn.RNN(
            input_dim,
            self.hidden_size,
            num_layers=self.num_layers,
            nonlinearity=self.nonlinearity,
            batch_first=True,
            bidirectional=self.bidirectional,
        )
        return RnnModule(rnn, mask_padding=self.mask_padding)
