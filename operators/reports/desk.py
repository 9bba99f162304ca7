"""What an operator has at hand: texts, colleagues, their own standing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from accounts.models import Tenant, User
from dialogs.models import Dialog
from operators.models import OperatorPresence
from operators.models.presence import MESSENGERS
from operators.reports.queues import mine


def colleagues(tenant: Tenant, operator: User, *, at: datetime) -> Sequence[dict[str, str]]:
    """Return who else is at the desk, for a conversation to be passed to."""
    there = OperatorPresence.objects.of(tenant).at_the_desk(at=at).exclude(user=operator).select_related("user")
    return [{"uuid": str(p.user.uuid), "name": p.user.get_full_name()} for p in there.order_by("user__full_name", "pk")]


def desk(tenant: Tenant, operator: User) -> dict[str, Any]:
    """Return how ``operator`` is doing: status, and how many conversations of how many."""
    presence = OperatorPresence.objects.get_or_create(tenant=tenant, user=operator)[0]
    held = Dialog.objects.of(tenant).open().filter(mine(operator))
    is_messenger = Q(platform__in=MESSENGERS)
    used = held.aggregate(web=Count("pk", filter=~is_messenger), messenger=Count("pk", filter=is_messenger))
    return {
        "uuid": str(operator.uuid),
        "name": operator.get_short_name(),
        "status": presence.status,
        "web": [used["web"], presence.max_active_chats_web],
        "messenger": [used["messenger"], presence.max_active_chats_telegram],
    }
