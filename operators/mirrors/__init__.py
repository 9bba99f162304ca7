"""Outside help desks that hold a copy of a ticket: Jira and Zendesk, over HTTPS at the address of the connection."""

from collections.abc import Mapping
from typing import Final

from operators.enums import ExternalSystem
from operators.mirrors.desk import Busy, Denied, Desk, Refused, Remote, Silent
from operators.mirrors.jira import Jira
from operators.mirrors.zendesk import Zendesk

DESKS: Final[dict[str, type[Desk]]] = {ExternalSystem.JIRA: Jira, ExternalSystem.ZENDESK: Zendesk}

__all__ = ["DESKS", "Busy", "Denied", "Desk", "Refused", "Remote", "Silent", "desk_of"]


def desk_of(platform_id: str, credentials: Mapping[str, str]) -> Desk:
    """Return the client of a connected help desk."""
    return DESKS[platform_id](credentials)
