"""What a tenant has, what came and what went, and how long the rest lasts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import Tenant
from accounts.ports import Card
from billing.models import Balance, BalanceHour, BalanceTransaction
from billing.models.ledger import NOTHING, TransactionQuerySet
from config.templatetags.otklik import roubles

USUAL_DAYS: Final = 7  # what is usual is what these days cost
LONGEST_RUNWAY: Final = 999
CHUNK: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A tenant's money at a glance."""

    balance: Decimal
    held: Decimal
    available: Decimal
    spent_today: Decimal
    spent_this_month: Decimal
    is_low: bool
    per_day: Decimal
    runway: int | None

    @property
    def lasts(self) -> str:
        """How long what is available lasts, in days; empty when nothing is spent."""
        if self.runway is None:
            return ""
        return f"{self.runway}" if self.runway < LONGEST_RUNWAY else f"{LONGEST_RUNWAY}+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries of a statement are asked for: ``[since, until)``, of some types, an assistant, some size."""

    since: datetime | None = None
    until: datetime | None = None
    types: tuple[str, ...] = ()
    assistant: int | None = None
    least: Decimal | None = None
    most: Decimal | None = None

    def of(self, tenant: Tenant) -> TransactionQuerySet:
        """Return these entries of ``tenant``."""
        entries = BalanceTransaction.objects.of(tenant).between(self.since, self.until)
        if self.types:
            entries = entries.of_types(self.types)
        if self.assistant:
            entries = entries.filter(assistant_id=self.assistant)
        return entries.sized(self.least, self.most)

    def sums(self, tenant: Tenant) -> tuple[Decimal, Decimal]:
        """Return what came and went by these entries: from the hours where they say it exactly, else one by one."""
        ends = [end for end in (self.since, self.until) if end]
        if self.least is None and self.most is None and not any(end.timestamp() % 3600 for end in ends):
            hours = BalanceHour.objects.of(tenant).between(self.since, self.until)
            hours = hours.filter(transaction_type__in=self.types) if self.types else hours
            hours = hours.filter(assistant_id=self.assistant) if self.assistant else hours
            found = hours.aggregate(came=Sum("came"), went=Sum("went"))
        else:
            found = self.of(tenant).aggregate(
                came=Sum("amount", filter=Q(amount__gt=0)), went=Sum("amount", filter=Q(amount__lt=0))
            )
        return found["came"] or NOTHING, found["went"] or NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One page of a statement, newest first, and what all of its pages add up to."""

    entries: tuple[BalanceTransaction, ...]
    came: Decimal
    went: Decimal
    newer: UUID | None
    older: UUID | None


def summary(tenant: Tenant, *, at: datetime) -> Summary:
    """Return what ``tenant`` has and what it spent since midnight and since the first of the month, in local time."""
    balance = Balance.objects.of(tenant).first() or Balance(tenant=tenant)
    midnight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    hours = BalanceHour.objects.of(tenant)
    usual = hours.between(at - timedelta(days=USUAL_DAYS), None).spent() / USUAL_DAYS
    return Summary(
        balance=balance.balance,
        held=balance.held,
        available=balance.available,
        spent_today=hours.between(midnight, None).spent(),
        spent_this_month=hours.between(midnight.replace(day=1), None).spent(),
        is_low=balance.available < settings.BALANCE_LOW,
        per_day=usual,
        runway=min(int(balance.available / usual), LONGEST_RUNWAY) if usual > 0 else None,
    )


def statement(
    tenant: Tenant, wanted: Wanted, *, after: UUID | None = None, before: UUID | None = None, size: int = 25
) -> Statement:
    """Return one page of a tenant's entries.

    Args:
        tenant: Whose.
        wanted: Which.
        after: Those made after this entry, the nearest of them.
        before: Those made before this entry.
        size: How many on a page.
    """
    rows = wanted.of(tenant)
    here = after or before
    mark = rows.filter(uuid=here).values_list("pk", flat=True).first() if here else None
    if mark:
        nearest = rows.filter(pk__gt=mark).order_by("pk") if after else rows.filter(pk__lt=mark).newest_first()
    else:
        nearest, after, before = rows.newest_first(), None, None
    page = list(nearest[: size + 1])
    has_more, page = len(page) > size, page[:size]
    if after:
        page.reverse()
    has_newer, has_older = (has_more, True) if after else (before is not None, has_more)
    came, went = wanted.sums(tenant)
    return Statement(
        entries=tuple(page),
        came=came,
        went=went,
        newer=page[0].uuid if page and has_newer else None,
        older=page[-1].uuid if page and has_older else None,
    )


def pages_of(tenant: Tenant, wanted: Wanted, *, before: int | None = None) -> tuple[BalanceTransaction, ...]:
    """Return the next thousand entries below the key ``before``, newest first: for what reads everything."""
    rows = wanted.of(tenant).newest_first()
    return tuple((rows.filter(pk__lt=before) if before else rows)[:CHUNK])


def home_card(tenant: Tenant, *, at: datetime) -> Card:
    """Return the balance for the home page."""
    money = summary(tenant, at=at)
    return Card(
        label=_("Balance"),
        value=roubles(money.available),
        note=_("%(spent)s spent this month") % {"spent": roubles(money.spent_this_month)},
        icon="balance",
        url=reverse("balance"),
        tone="warn" if money.is_low else "",
    )
