"""What higher apps tell billing about what was paid for, without being imported by it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from accounts.models import Tenant

Names = Callable[[Tenant], Mapping[int, str]]

_names: Final[list[Names]] = []
_channels: Final[dict[str, Any]] = {}


def name_assistants(names: Names) -> None:
    """Say how a shop's assistants are called; called from ``AppConfig.ready()``."""
    _names.append(names)


def name_channels(labels: Mapping[str, Any]) -> None:
    """Say how channels are called; called from ``AppConfig.ready()``."""
    _channels.update(labels)


def assistant_names(tenant: Tenant) -> dict[int, str]:
    """Return the names of a shop's assistants by their keys."""
    return {key: name for names in _names for key, name in names(tenant).items()}


def channel_label(channel: str) -> str:
    """Return what people call a channel; an unknown one by its own word."""
    return str(_channels.get(channel, channel))
