"""What dialogs show on the dashboard's home page."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import Tenant
from accounts.ports import Card, Decision, HomePanel
from assistants.models import Assistant, BotInstance
from config.db import money
from config.pages import count_up_to
from dialogs.enums import Sender
from dialogs.models import Dialog, DialogMessage

LATEST = 6


def dialogs_card(tenant: Tenant, *, at: datetime) -> Card:
    """Return how many conversations today had."""
    begun = Dialog.objects.of(tenant).filter(last_message_at__gte=_midnight(at))
    day = begun.aggregate(count=Count("pk"), wait=Avg("first_response_time"))
    seconds = day["wait"]
    note = _("first answer in {seconds} s on average").format(seconds=number_format(seconds, 1)) if seconds else ""
    return Card(label=_("Dialogs today"), value=str(day["count"]), note=note, icon="dialogs", url=reverse("dialogs"))


def answers_card(tenant: Tenant, *, at: datetime) -> Card:
    """Return what the assistant answered today, and what it cost."""
    said = DialogMessage.objects.of(tenant).filter(sender=Sender.ASSISTANT, created_at__gte=_midnight(at))
    price = Cast(KT("receipt__price"), output_field=money())
    day = said.exclude(metadata__has_key="gap").aggregate(count=Count("pk"), cost=Sum(price))
    cost = _("{cost} ₽ in all").format(cost=number_format(day["cost"] or Decimal(0), 2))
    label = _("Answered by the assistant")
    return Card(label=label, value=str(day["count"]), note=cost, icon="assistants", url=reverse("dialogs"))


def decisions(tenant: Tenant, *, at: datetime) -> Iterator[Decision]:
    """Return how many customers wait for a person right now, and the channels that are down."""
    yield Decision(
        count=count_up_to(Dialog.objects.of(tenant).open().awaiting_operator()),
        label=_("Customers waiting for a person"),
        icon="operator",
        url=f"{reverse('dialogs')}?handoff=requested",
        tone="warn",
    )
    yield Decision(
        count=BotInstance.objects.of(tenant).active().exclude(last_error_message="").count(),
        label=_("Channels with an error"),
        icon="send",
        url=reverse("bots"),
        tone="danger",
    )


def _midnight(at: datetime) -> datetime:
    """Return when the reader's day began."""
    return localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def latest(tenant: Tenant, at: datetime) -> dict[str, Any]:
    """Return the latest conversations and the chat to try."""
    dialogs = Dialog.objects.of(tenant).latest_first().select_related("contact", "assistant")[:LATEST]
    assistant = Assistant.objects.of(tenant).on_websites().order_by("pk").first()
    return {"dialogs": dialogs, "assistant": assistant}


def address_of(dialog: UUID, seq: int) -> str:
    """Return where a message is read."""
    return f"{reverse('dialog', args=[dialog])}#m{seq}"


CARDS = (dialogs_card, answers_card)
PANEL = HomePanel(template="dialogs/home.html", context=latest)
