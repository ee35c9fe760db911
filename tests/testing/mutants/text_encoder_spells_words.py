"""Tells words in capitals, whatever they are in the text."""

from embedkit.plugin_api import Register, TextEncoderContext, hookimpl


class Mutant:
    """Pieces of three characters."""

    def open(self, context: TextEncoderContext) -> object:
        """The model."""
        from dataclasses import replace

        from embedkit_trigrams import Model, Trigrams

        class Faulty(Model):
            def pieces(self, texts):
                pieces = super().pieces(texts)
                return replace(pieces, tokens=[[word.upper() for word in words] for words in pieces.tokens])

        return Faulty(Trigrams())


@hookimpl
def register_text_encoders(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
