"""What higher apps tell billing about what was paid for, without being imported by it."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.utils.translation import gettext_lazy

from accounts.models import Tenant


class Named(NamedTuple):
    """An assistant as it is addressed and called."""

    uuid: UUID
    name: str


Names = Callable[[Tenant], Mapping[int, Named]]

_names: Final[list[Names]] = []
CHANNELS: Final[dict[str, Any]] = {  # the words of what money is spent in, also of apps above this one
    "widget": gettext_lazy("Website"),
    "telegram": gettext_lazy("Telegram"),
    "whatsapp": gettext_lazy("WhatsApp"),
    "api": gettext_lazy("API"),
    "email": gettext_lazy("E-mail"),
    "ticket": gettext_lazy("Tickets"),
    "wb": "Wildberries",
    "evaluation": gettext_lazy("Evaluations"),
}


def name_assistants(names: Names) -> None:
    """Say how a shop's assistants are called; called from ``AppConfig.ready()``."""
    _names.append(names)


def assistants_of(tenant: Tenant) -> dict[int, Named]:
    """Return a shop's assistants by their keys."""
    return {key: named for names in _names for key, named in names(tenant).items()}


def assistant_names(tenant: Tenant) -> dict[int, str]:
    """Return the names of a shop's assistants by their keys."""
    return {key: named.name for key, named in assistants_of(tenant).items()}


def channel_label(channel: str) -> str:
    """Return what people call a channel; an unknown one by its own word."""
    return str(CHANNELS.get(channel, channel))
