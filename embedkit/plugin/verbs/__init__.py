"""What a component is asked to do at run time: each verb in a wrapper that names the component's plugin.

A wrapper checks what makes it possible to go on, hands out arrays that cannot be written to, and wraps what a
component makes, such as the source that an embedding opens. What is in the arrays is checked by
`embedkit.interfaces.contracts` where it is used.
"""

from embedkit.plugin.verbs.wrapped import Wrapped
from embedkit.plugin.verbs.wrapping import wrap

__all__ = ["Wrapped", "wrap"]
