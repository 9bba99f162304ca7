"""How conversations went: by the assistant alone, with a person, or with nobody; what they cost, how they pleased."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Aggregate, Avg, Count, DurationField, F, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.timezone import get_current_timezone, make_aware

from accounts.models import Tenant
from assistants.models import Assistant
from billing.models import BalanceTransaction
from dialogs.enums import NEEDED_A_PERSON, Channel, Ending, HandoffReason, Sender
from dialogs.models import Dialog, DialogMessage, DialogQuerySet, DialogRating, MessageRating
from dialogs.models.dialogs import ENDING
from operators.models import HandoffRequest, SlaClock, Ticket

FEW: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a report is about: whole days of a tenant, perhaps of one assistant or one channel."""

    tenant: Tenant
    first: date
    last: date
    assistant: Assistant | None = None
    channel: str = ""

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    @property
    def since(self) -> datetime:
        """Return the reader's midnight before the first day."""
        return make_aware(datetime.combine(self.first, time.min))

    @property
    def until(self) -> datetime:
        """Return the reader's midnight after the last day."""
        return make_aware(datetime.combine(self.last + timedelta(days=1), time.min))

    def before(self) -> "Scope":
        """Return the period of the same length just before."""
        return replace(self, first=self.first - timedelta(days=self.days), last=self.first - timedelta(days=1))

    def dialogs(self) -> DialogQuerySet:
        """Return the conversations that began in it."""
        wanted: dict[str, Any] = {"created_at__gte": self.since, "created_at__lt": self.until}
        if self.assistant:
            wanted["assistant"] = self.assistant
        if self.channel:
            wanted["platform"] = self.channel
        return Dialog.objects.of(self.tenant).filter(**wanted)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many conversations ended how; those in which nothing was answered yet are in none of them."""

    alone: int = 0
    person: int = 0
    nobody: int = 0

    @property
    def total(self) -> int:
        """Return all of them."""
        return self.alone + self.person + self.nobody

    @property
    def share(self) -> float | None:
        """Return what part, in percent, needed no person."""
        return self.alone * 100 / self.total if self.total else None

    def __add__(self, other: "Outcomes") -> "Outcomes":
        return Outcomes(self.alone + other.alone, self.person + other.person, self.nobody + other.nobody)


class Median(Aggregate):
    """The middle value, between two where their number is even."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


def by_day(scope: Scope) -> list[tuple[date, Outcomes]]:
    """Return the outcomes of every day, empty days too."""
    counted = (
        scope.dialogs()
        .annotate(ending=ENDING)
        .exclude(ending=None)
        .values("ending", day=TruncDate("created_at", tzinfo=get_current_timezone()))
        .annotate(count=Count("pk"))
    )
    found: dict[date, dict[str, int]] = {}
    for row in counted:
        found.setdefault(row["day"], {})[row["ending"]] = row["count"]
    days = (scope.first + timedelta(days=n) for n in range(scope.days))
    return [(day, Outcomes(**found.get(day, {}))) for day in days]


def total(days: Iterable[tuple[date, Outcomes]]) -> Outcomes:
    """Return the sum of days."""
    return sum((outcomes for _day, outcomes in days), Outcomes())


def reasons(scope: Scope) -> list[dict[str, Any]]:
    """Return why people were asked for, the commonest first."""
    cycles = _cycles(scope).values("reason").annotate(count=Count("pk"), wait=_wait()).order_by("-count")
    return [{**row, "label": HandoffReason(row["reason"]).label} for row in cycles]


def waits(scope: Scope) -> dict[str, Any]:
    """Return how many asked for a person, how many were served, and the usual wait."""
    return _cycles(scope).aggregate(asked=Count("pk"), served=Count("started_at"), wait=_wait())


def colleagues(scope: Scope) -> list[dict[str, Any]]:
    """Return what each operator did: conversations taken and finished, the usual wait before, stars after."""
    rows = (
        _cycles(scope)
        .exclude(operator=None)
        .values("operator", "operator__full_name", "operator__email")
        .annotate(taken=Count("started_at"), finished=Count("resolved_at"), wait=_wait())
        .order_by("-taken")[:FEW]
    )
    stars = dict(
        DialogRating.objects.filter(dialog__in=scope.dialogs(), dialog__assigned_operator__isnull=False)
        .values_list("dialog__assigned_operator")
        .annotate(Avg("rating"))
    )
    return [
        {
            **row,
            "name": row["operator__full_name"] or row["operator__email"],
            "stars": stars.get(row["operator"]),
        }
        for row in rows
    ]


def satisfaction(scope: Scope) -> dict[str, Any]:
    """Return stars for conversations without and with a person, and the share of thumbs up on answers."""
    dialogs = scope.dialogs()
    needed = Q(dialog__handoff_status__in=NEEDED_A_PERSON)
    stars = DialogRating.objects.filter(dialog__in=dialogs).aggregate(
        count=Count("pk"), assistant=Avg("rating", filter=~needed), person=Avg("rating", filter=needed)
    )
    thumbs = MessageRating.objects.filter(
        dialog__in=dialogs, rating_type="thumbs", message__sender=Sender.ASSISTANT
    ).aggregate(count=Count("pk"), up=Count("pk", filter=Q(rating=1)))
    return {**stars, "thumbs": thumbs["count"], "up": _percent(thumbs["up"], thumbs["count"])}


def channels(scope: Scope) -> list[dict[str, Any]]:
    """Return where the conversations took place, and what part of each needed no person."""
    rows = (
        scope.dialogs()
        .annotate(ending=ENDING)
        .values("platform")
        .annotate(
            count=Count("pk"),
            alone=Count("pk", filter=Q(ending=Ending.ALONE)),
            known=Count("pk", filter=Q(ending__isnull=False)),
            seconds=Avg("first_response_time"),
        )
        .order_by("-count")
    )
    return [
        {**row, "label": Channel(row["platform"]).label, "share": _percent(row["alone"], row["known"])} for row in rows
    ]


def intents(scope: Scope) -> list[dict[str, Any]]:
    """Return what customers wrote about, the commonest first."""
    rows = (
        DialogMessage.objects.of(scope.tenant)
        .filter(created_at__gte=scope.since, created_at__lt=scope.until, sender=Sender.CUSTOMER)
        .filter(_of_dialogs(scope))
        .exclude(intent="")
        .values("intent")
        .annotate(count=Count("pk"))
        .order_by("-count")[:FEW]
    )
    return [{**row, "label": DialogMessage(intent=row["intent"]).intent_words} for row in rows]


def promises(scope: Scope) -> dict[str, int]:
    """Return the tickets that were opened and solved, and the promises that were kept and broken."""
    inside = {"created_at__gte": scope.since, "created_at__lt": scope.until}
    tickets = Ticket.objects.of(scope.tenant).filter(**inside)
    clocks = SlaClock.objects.of(scope.tenant).filter(**inside)
    return {
        **tickets.aggregate(opened=Count("pk"), solved=Count("resolved_at")),
        **clocks.aggregate(
            kept=Count("pk", filter=Q(ended_at__isnull=False, breached_at=None)),
            broken=Count("pk", filter=Q(breached_at__isnull=False)),
        ),
    }


def spent(scope: Scope) -> Decimal:
    """Return what the shop paid for services in the period, in roubles, whatever they were for."""
    return BalanceTransaction.objects.of(scope.tenant).between(scope.since, scope.until).spent()


def _cycles(scope: Scope) -> QuerySet[HandoffRequest]:
    asked = HandoffRequest.objects.of(scope.tenant).filter(requested_at__gte=scope.since, requested_at__lt=scope.until)
    return asked.filter(_of_dialogs(scope))


def _of_dialogs(scope: Scope) -> Q:
    """Return the condition on rows of dialogs; none where every conversation counts."""
    found = Q()
    if scope.assistant:
        found &= Q(dialog__assistant=scope.assistant)
    if scope.channel:
        found &= Q(dialog__platform=scope.channel)
    return found


def _wait() -> Median:
    return Median(F("started_at") - F("requested_at"), output_field=DurationField())


def _percent(part: int, whole: int) -> float | None:
    return part * 100 / whole if whole else None
