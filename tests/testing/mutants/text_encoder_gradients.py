"""Detaches what its first layer gives."""

from embedkit.plugin_api import Register, TextEncoderContext, hookimpl


class Mutant:
    """Pieces of three characters."""

    def open(self, context: TextEncoderContext) -> object:
        """The model."""
        import torch
        from embedkit_trigrams import Model, Trigrams
        from embedkit_trigrams.network import Network

        class Other(Network):
            def forward(self, ids, mask):
                states = self.embedding(ids).detach()
                for block in self.blocks:
                    shared = self.pool(states, mask)[:, None].expand_as(states)
                    states = states + torch.tanh(block(torch.cat([states, shared], dim=2)))
                return states

        class Faulty(Model):
            def build(self):
                return Other(500, 8, 2, 0)

        return Faulty(Trigrams())


@hookimpl
def register_text_encoders(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
