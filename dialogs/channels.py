"""The channels that need no outside service: the website's widget and the API."""

from dialogs.enums import DeliveryStatus
from dialogs.models import Dialog, DialogMessage


class LiveChannel:
    """Sockets and HTTP of our own: a committed message is already where the client looks.

    The client confirms what it has shown; then the message is delivered.
    """

    is_immediate = True

    def __init__(self, *, quiet_seconds: float) -> None:
        self.quiet_seconds = quiet_seconds

    def deliver(self, message: DialogMessage) -> DeliveryStatus:
        """Say that the message is out."""
        return DeliveryStatus.SENT

    def typing(self, dialog: Dialog) -> None:
        """Show nothing more: the client sees the answer itself form."""
