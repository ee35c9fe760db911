"""Builds a network of float64."""

from embedkit.plugin_api import Register, TextEncoderContext, hookimpl


class Mutant:
    """Pieces of three characters."""

    def open(self, context: TextEncoderContext) -> object:
        """The model."""
        from embedkit_trigrams import Model, Trigrams
        from embedkit_trigrams.network import Network

        class Other(Network):
            pass

        class Faulty(Model):
            def build(self):
                return Other(500, 8, 2, 0).double()

        return Faulty(Trigrams())


@hookimpl
def register_text_encoders(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
