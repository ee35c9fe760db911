"""Has pieces of no texts, too."""

from embedkit.plugin_api import Register, TextEncoderContext, hookimpl


class Mutant:
    """Pieces of three characters."""

    def open(self, context: TextEncoderContext) -> object:
        """The model."""
        from embedkit_trigrams import Model, Trigrams

        class Faulty(Model):
            def pieces(self, texts):
                return super().pieces(texts or ["nothing"])

        return Faulty(Trigrams())


@hookimpl
def register_text_encoders(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
