"""Wrappers of components: each calls the component's methods so that errors name its plugin.

A wrapper checks what is needed to go on, passes arrays that cannot be written to, and wraps the objects that
a component makes, such as the source that an embedding opens. The contents of arrays are checked by
`embedkit.interfaces.contracts` where they are used.
"""

from embedkit.plugin.wrappers.wrapped import Wrapped
from embedkit.plugin.wrappers.wrapping import wrap

__all__ = ["Wrapped", "wrap"]
