"""Gives every network the same tensors."""

from embedkit.plugin_api import Register, TextEncoderContext, hookimpl


class Mutant:
    """Pieces of three characters."""

    def open(self, context: TextEncoderContext) -> object:
        """The model."""
        from embedkit_trigrams import Model, Trigrams
        from embedkit_trigrams.network import Network

        class Other(Network):
            pass

        built = Other(500, 8, 2, 0)

        class Faulty(Model):
            def build(self):
                network = Other(500, 8, 2, 0)
                network.embedding.weight = built.embedding.weight
                return network

        return Faulty(Trigrams())


@hookimpl
def register_text_encoders(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
