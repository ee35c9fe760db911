"""A reader of mailboxes: a text is the subject and the body of a message, its label a header of it."""

import mailbox
from collections.abc import Iterator
from typing import Annotated

from embedkit.plugin_api import DataError, Doc, Example, Fault, InputPath, Register, hookimpl


class Mbox:
    """Messages of an mbox file, each with a label in one of its headers."""

    def __init__(
        self,
        *,
        path: Annotated[InputPath, Doc("the mailbox")],
        header: Annotated[str, Doc("the header that has the label")] = "X-Label",
    ) -> None:
        self.path = path
        self.header = header

    def read(self) -> Iterator[Example]:
        """Yield the messages in their order. The group of a message is its sender."""
        box = mailbox.mbox(self.path, create=False)
        try:
            for number, message in enumerate(box, 1):
                if self.header not in message:
                    raise DataError(Fault(f"message {number} has no header '{self.header}'", where=self.path))
                body = message.get_payload(decode=True).decode(message.get_content_charset("utf-8"))
                text = f"{message['Subject'] or ''}\n{body}".strip()
                yield Example(number, text, message[self.header].strip(), message["From"])
        finally:
            box.close()


@hookimpl
def register_readers(register: Register) -> None:
    """Register `mbox`."""
    register("mbox", Mbox)
