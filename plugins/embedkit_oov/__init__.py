"""Out-of-vocabulary policies: rows for missing words, other spellings, and profiles of well-known files."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl
from embedkit_oov.accents import Accents
from embedkit_oov.case import Case
from embedkit_oov.digits import Digits
from embedkit_oov.error import Error
from embedkit_oov.fasttext import FastText
from embedkit_oov.glove import Glove
from embedkit_oov.googlenews import GoogleNews
from embedkit_oov.hashed import Hash
from embedkit_oov.mean import Mean
from embedkit_oov.nfc import Nfc
from embedkit_oov.normal import Normal
from embedkit_oov.phrase import Phrase
from embedkit_oov.subword import Subword
from embedkit_oov.uniform import Uniform
from embedkit_oov.zero import Zero


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register the policies that fill rows, those that propose spellings, and the profiles."""
    register("zero", Zero)
    register("error", Error)
    register("mean", Mean)
    register("normal", Normal)
    register("uniform", Uniform)
    register("hash", Hash)
    register("subword", Subword)
    register("nfc", Nfc)
    register("case", Case)
    register("digits", Digits)
    register("phrase", Phrase)
    register("accents", Accents)
    register("googlenews", GoogleNews)
    register("glove", Glove)
    register("fasttext", FastText)
