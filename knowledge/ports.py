"""What higher apps tell knowledge, without being imported by it."""

from typing import Final, Protocol
from uuid import UUID


class DialogLink(Protocol):
    """Returns the address of a message in a conversation."""

    def __call__(self, dialog: UUID, seq: int) -> str: ...


_links: Final[list[DialogLink]] = []


def link_dialogs(link: DialogLink) -> None:
    """Name the address of conversations; called from ``AppConfig.ready()``."""
    _links.append(link)


def dialog_url(dialog: UUID | None, seq: int | None) -> str:
    """Return where a question was asked, or nothing where that is unknown."""
    return _links[-1](dialog, seq or 1) if _links and dialog else ""
