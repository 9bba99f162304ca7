"""What operators show on the dashboard's home page."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.models import Tenant
from accounts.ports import Decision, HomePanel
from config.pages import count_up_to
from operators import outcomes
from operators.figures import chart
from operators.forms import LATE, NOBODY, UNFINISHED
from operators.models import SlaClock, Ticket

DAYS: Final = 14


def decisions(tenant: Tenant, *, at: datetime) -> Iterator[Decision]:
    """Return the tickets that are late and those nobody has taken."""
    unfinished = Ticket.objects.of(tenant).unfinished()
    yield Decision(
        count=count_up_to(unfinished.filter(pk__in=SlaClock.objects.of(tenant).broken(at=at).values("ticket_id"))),
        label=_("Late tickets"),
        icon="clock",
        url=f"{reverse('tickets')}?due={LATE}",
        tone="danger",
    )
    yield Decision(
        count=count_up_to(unfinished.filter(assigned_to=None)),
        label=_("Tickets nobody has taken"),
        icon="ticket",
        url=f"{reverse('tickets')}?status={UNFINISHED}&assignee={NOBODY}",
    )


def lately(tenant: Tenant, at: datetime) -> dict[str, Any] | None:
    """Return how the conversations of two weeks went; nothing before there was one."""
    last = localdate(at)
    scope = outcomes.Scope(tenant=tenant, first=last - timedelta(days=DAYS - 1), last=last)
    days = outcomes.by_day(scope)
    this = outcomes.total(days)
    return {"bars": chart(days), "this": this, "first": scope.first, "last": scope.last} if this.total else None


PANEL: Final = HomePanel(template="operators/home.html", context=lately)
