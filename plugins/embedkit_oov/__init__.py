"""Out-of-vocabulary policies: rows for missing words, other spellings, and profiles of well-known files."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register the policies that fill rows, those that propose spellings, and the profiles."""
    register("zero", "embedkit_oov.zero:Zero")
    register("error", "embedkit_oov.error:Error")
    register("mean", "embedkit_oov.mean:Mean")
    register("normal", "embedkit_oov.normal:Normal")
    register("uniform", "embedkit_oov.uniform:Uniform")
    register("hash", "embedkit_oov.hashed:Hash")
    register("subword", "embedkit_oov.subword:Subword")
    register("nfc", "embedkit_oov.nfc:Nfc")
    register("case", "embedkit_oov.case:Case")
    register("digits", "embedkit_oov.digits:Digits")
    register("phrase", "embedkit_oov.phrase:Phrase")
    register("accents", "embedkit_oov.accents:Accents")
    register("googlenews", "embedkit_oov.googlenews:GoogleNews")
    register("glove", "embedkit_oov.glove:Glove")
    register("fasttext", "embedkit_oov.fasttext:FastText")
