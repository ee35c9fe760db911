"""Opens a model that builds no network."""

from embedkit.plugin_api import Register, TextEncoderContext, hookimpl


class Mutant:
    """Pieces of three characters."""

    def open(self, context: TextEncoderContext) -> object:
        """The model."""
        from embedkit_trigrams import Trigrams

        model = Trigrams().open(context)

        class Faulty:
            dim, digest, pieces = model.dim, model.digest, model.pieces

        return Faulty()


@hookimpl
def register_text_encoders(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
