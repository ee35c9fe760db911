"""Reads fewer positions than it has pieces."""

from embedkit.plugin_api import Register, TextEncoderContext, hookimpl


class Mutant:
    """Pieces of three characters."""

    def open(self, context: TextEncoderContext) -> object:
        """The model."""
        from embedkit_trigrams import Model, Trigrams
        from embedkit_trigrams.network import Network

        class Other(Network):
            def forward(self, ids, mask):
                if ids.shape[1] > 40:
                    raise IndexError("a text of more than 40 pieces")
                return super().forward(ids, mask)

        class Faulty(Model):
            def build(self):
                return Other(500, 8, 2, 0)

        return Faulty(Trigrams())


@hookimpl
def register_text_encoders(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
