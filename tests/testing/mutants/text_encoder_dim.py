"""Says how wide its vectors are in a text."""

from embedkit.plugin_api import Register, TextEncoderContext, hookimpl


class Mutant:
    """Pieces of three characters."""

    def open(self, context: TextEncoderContext) -> object:
        """The model."""
        from embedkit_trigrams import Model, Trigrams

        model = Model(Trigrams())
        model.dim = "8"
        return model


@hookimpl
def register_text_encoders(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
