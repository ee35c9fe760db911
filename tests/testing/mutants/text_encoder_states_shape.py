"""Gives the pooled vectors for states."""

from embedkit.plugin_api import Register, TextEncoderContext, hookimpl


class Mutant:
    """Pieces of three characters."""

    def open(self, context: TextEncoderContext) -> object:
        """The model."""
        from embedkit_trigrams import Model, Trigrams
        from embedkit_trigrams.network import Network

        class Other(Network):
            def forward(self, ids, mask):
                states = super().forward(ids, mask)
                return self.pool(states, mask)

            def pool(self, states, mask):
                return super().pool(states, mask) if states.dim() == 3 else states

        class Faulty(Model):
            def build(self):
                return Other(500, 8, 2, 0)

        return Faulty(Trigrams())


@hookimpl
def register_text_encoders(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
