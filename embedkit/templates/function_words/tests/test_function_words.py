"""The words of the list, and those of a recipe."""

from __future__ import annotations

from embedkit.plugin_api import make_component


def test_function_words_are_listed_and_content_words_are_not() -> None:
    words = make_component("function-words", "placeholder").words()
    assert {"la", "kaj", "ŝi", "ĉirkaŭ", "neniam"} <= {*words}
    assert not {"filmo", "bona", "ridi"} & {*words}


def test_a_recipe_may_add_words() -> None:
    words = make_component("function-words", "placeholder", extra=["filmo"]).words()
    assert {"la", "filmo"} <= {*words}
