"""Telling single operators something, on whichever pages of the console they have open."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction

from accounts.models import User
from config.broadcast import broadcast
from dialogs.events import HANDLER, tenant_group


def tell(tenant_id: int, people: Iterable[User], event: dict[str, Any]) -> None:
    """Send ``event`` to the pages of ``people``, once it is committed; whoever is away misses it."""
    personal = {"type": "personal", "to": [str(person.uuid) for person in people], "event": event}
    transaction.on_commit(partial(broadcast, tenant_group(tenant_id), {"type": HANDLER, "event": personal}))
