"""Pools into one vector for all texts."""

from embedkit.plugin_api import Register, TextEncoderContext, hookimpl


class Mutant:
    """Pieces of three characters."""

    def open(self, context: TextEncoderContext) -> object:
        """The model."""
        from embedkit_trigrams import Model, Trigrams
        from embedkit_trigrams.network import Network
        from torch import nn

        class Other(nn.Module):
            def __init__(self):
                super().__init__()
                self.inner = Network(500, 8, 2, 0)

            def forward(self, ids, mask):
                return self.inner(ids, mask)

            def pool(self, states, mask):
                return self.inner.pool(states, mask).mean(dim=0)

            def layers(self):
                return self.inner.layers()

        class Faulty(Model):
            def build(self):
                return Other().eval()

        return Faulty(Trigrams())


@hookimpl
def register_text_encoders(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
