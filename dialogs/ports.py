"""What others fulfil for dialogs: channels that messages leave by, and the queue for a person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialogs.enums import DeliveryStatus
from dialogs.models import Dialog, DialogMessage


class Channel(Protocol):
    """A way to reach the contact of a dialog."""

    quiet_seconds: float
    """How long to wait for more words before answering."""

    is_immediate: bool
    """Whether delivering costs nothing, so no worker is needed for it."""

    def deliver(self, message: DialogMessage) -> DeliveryStatus:
        """Send one outgoing message and return how far it got.

        Raises:
            ProviderUnavailable: nothing was sent; trying again may help.
                ``ChannelBusy`` says when.
            OutcomeUnknown: it may have been sent.
            ProviderError: nothing was sent and nothing will be.
        """

    def typing(self, dialog: Dialog) -> Callable[[], None] | None:
        """Return what shows the customer that an answer forms, for a few seconds, or None."""


_channels: dict[str, Channel] = {}


def register(platform: str, channel: Channel) -> None:
    """Let ``channel`` deliver the messages of dialogs on ``platform``."""
    _channels[platform] = channel


def channel_for(platform: str) -> Channel:
    """Return the channel of ``platform``.

    Raises:
        LookupError: nobody registered it.
    """
    return _channels[platform]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a customer stands who waits for a person."""

    position: int
    """1 is next."""

    wait_seconds: int | None
    """How long people usually waited lately, or None when nobody can say."""

    is_staffed: bool
    """Whether anybody is at the desk."""

    opens_at: str = ""
    """When the team works again (ISO 8601), or nothing when it should be working now."""

    choices: tuple[str, ...] = ()
    """What the customer may do besides waiting: ``wait`` on, leave an ``email``, go on in ``telegram``."""

    telegram: str = ""
    """Where the conversation goes on in Telegram."""


_find_place: list[Callable[[Dialog], Place | None]] = []


def tell_places(find: Callable[[Dialog], Place | None]) -> None:
    """Let ``find`` say where a dialog stands in the queue for a person."""
    _find_place[:] = [find]


def place_of(dialog: Dialog) -> Place | None:
    """Return where ``dialog`` stands, if it waits and somebody keeps the queue."""
    return _find_place[0](dialog) if _find_place else None


class Choose(Protocol):
    """Does what a waiting customer chose; see ``Place.choices``.

    Raises:
        DomainError: they do not wait, or the address is none.
    """

    def __call__(self, dialog: Dialog, choice: str, *, at: datetime, address: str = "") -> None: ...


_choose: list[Choose] = []


def let_choose(do: Choose) -> None:
    """Let ``do`` carry out what waiting customers choose."""
    _choose[:] = [do]


def choose(dialog: Dialog, choice: str, *, at: datetime, address: str = "") -> None:
    """Carry out what the waiting customer of ``dialog`` chose.

    Raises:
        LookupError: nobody keeps the queue.
        DomainError: see ``Choose``.
    """
    _choose[0](dialog, choice, at=at, address=address)
