"""What dialogs show on the dashboard's home page."""

from dataclasses import dataclass
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
from accounts.ports import Card, HomePanel
from assistants.models import Assistant
from config.db import money
from dialogs.enums import HandoffStatus, Sender
from dialogs.models import Dialog, DialogMessage, DialogRating

LATEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What happened in a tenant's dialogs since midnight of the reader's day."""

    dialogs: int
    answers: int
    waiting: int
    cost: Decimal
    stars: float | None
    first_response_seconds: float | None


def today(tenant: Tenant, *, at: datetime) -> Day:
    """Return the day's numbers, and who waits for a person right now."""
    midnight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    said = DialogMessage.objects.of(tenant).filter(sender=Sender.ASSISTANT, created_at__gte=midnight)
    price = Cast(KT("receipt__price"), output_field=money())
    answers = said.exclude(metadata__has_key="gap").aggregate(count=Count("pk"), cost=Sum(price))
    begun = Dialog.objects.of(tenant).filter(last_message_at__gte=midnight)
    dialogs = begun.aggregate(count=Count("pk"), wait=Avg("first_response_time"))
    stars = DialogRating.objects.filter(dialog__in=begun).aggregate(mean=Avg("rating"))
    return Day(
        dialogs=dialogs["count"],
        answers=answers["count"],
        waiting=Dialog.objects.of(tenant).open().filter(handoff_status=HandoffStatus.REQUESTED).count(),
        cost=answers["cost"] or Decimal(0),
        stars=stars["mean"],
        first_response_seconds=dialogs["wait"],
    )


def dialogs_card(tenant: Tenant, *, at: datetime) -> Card:
    """Return how many conversations today had."""
    day = today(tenant, at=at)
    seconds = day.first_response_seconds
    note = _("first answer in {seconds} s on average").format(seconds=number_format(seconds, 1)) if seconds else ""
    return Card(label=_("Dialogs today"), value=str(day.dialogs), note=note, icon="dialogs", url=reverse("dialogs"))


def answers_card(tenant: Tenant, *, at: datetime) -> Card:
    """Return what the assistant answered today, and what it cost."""
    day = today(tenant, at=at)
    cost = _("{cost} ₽ in all").format(cost=number_format(day.cost, 2))
    label = _("Answered by the assistant")
    return Card(label=label, value=str(day.answers), note=cost, icon="assistants", url=reverse("dialogs"))


def waiting_card(tenant: Tenant, *, at: datetime) -> Card:
    """Return how many customers wait for a person."""
    day = today(tenant, at=at)
    url = f"{reverse('dialogs')}?handoff=requested"
    tone = "warning" if day.waiting else ""
    return Card(label=_("Waiting for a person"), value=str(day.waiting), icon="operator", url=url, tone=tone)


def latest(tenant: Tenant, at: datetime) -> dict[str, Any]:
    """Return the latest conversations and the chat to try."""
    dialogs = Dialog.objects.of(tenant).latest_first().select_related("contact", "assistant")[:LATEST]
    assistant = Assistant.objects.of(tenant).on_websites().order_by("pk").first()
    return {"dialogs": dialogs, "assistant": assistant}


def address_of(dialog: UUID, seq: int) -> str:
    """Return where a message is read."""
    return f"{reverse('dialog', args=[dialog])}#m{seq}"


CARDS = (dialogs_card, answers_card, waiting_card)
PANEL = HomePanel(template="dialogs/home.html", context=latest)
