"""What an author of a plugin writes: a good tokenizer, and the test of it."""

GOOD = '''
from collections.abc import Sequence
from typing import Annotated

from embedkit.plugin_api import Doc, Register, hookimpl


class Shout:
    """The words between white space, in capitals."""

    def __init__(self, *, ending: Annotated[str, Doc("put after every word")] = "") -> None:
        self.ending = ending

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        return [[word.upper() + self.ending for word in text.split()] for text in texts]


@hookimpl
def register_tokenizers(register: Register) -> None:
    register("shout", Shout)
'''

CONFORMANCE = """
from embedkit.testing import parametrize_with_checks

@parametrize_with_checks("embedkit-shout"{more})
def test_conformance(check):
    check()
"""
