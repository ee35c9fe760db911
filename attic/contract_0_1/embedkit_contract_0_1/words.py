"""Function words, registered by an object in place of a module."""

from collections.abc import Collection

from embedkit.plugin_api import Register, hookimpl


class FunctionWords:
    """Two function words. The class has no constructor."""

    def words(self) -> Collection[str]:
        """Return the words."""
        return frozenset({"the", "of"})

    def tags(self) -> Collection[str]:
        """Return a tag; tokens of this plugin have none."""
        return {"DET"}


class Plugin:
    """A plugin that is an object."""

    @hookimpl
    def register_function_words(self, register: Register) -> None:
        """Register the words."""
        register("contract-0-1", FunctionWords)


plugin = Plugin()
