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
_channels: Final[dict[str, Any]] = {  # and whatever conversations have
    "ticket": gettext_lazy("Tickets"),
    "wb": "Wildberries",
    "evaluation": gettext_lazy("Evaluations"),
}


def name_assistants(names: Names) -> None:
    """Say how a shop's assistants are called; called from ``AppConfig.ready()``."""
    _names.append(names)


def name_channels(labels: Mapping[str, Any]) -> None:
    """Say how channels are called; called from ``AppConfig.ready()``."""
    _channels.update(labels)


def assistants_of(tenant: Tenant) -> dict[int, Named]:
    """Return a shop's assistants by their keys."""
    return {key: named for names in _names for key, named in names(tenant).items()}


def assistant_names(tenant: Tenant) -> dict[int, str]:
    """Return the names of a shop's assistants by their keys."""
    return {key: named.name for key, named in assistants_of(tenant).items()}


def channel_label(channel: str) -> str:
    """Return what people call a channel; an unknown one by its own word."""
    return str(_channels.get(channel, channel))
