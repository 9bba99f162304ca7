"""How soon tickets are promised an answer: working hours, policies, and the clocks that run."""

from datetime import date, datetime, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Created, Timestamped, enum_check
from operators.enums import ClockKind, TicketPriority
from operators.models.tickets import Ticket
from operators.worktime import HORIZON, Calendar, NeverOver, parse_hours

WARNED_AFTER: Final = 0.8


class BusinessCalendar(Owned, Timestamped):
    """When a tenant's team works; without one, it works around the clock."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    timezone = models.CharField(_("time zone"), max_length=50, default="Europe/Moscow")
    hours = ArrayField(models.CharField(max_length=200, blank=True), size=7, verbose_name=_("hours, from Monday"))
    holidays = ArrayField(models.DateField(), default=list, blank=True, verbose_name=_("days off"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "business_calendars"
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        constraints = [
            models.UniqueConstraint(fields=["tenant"], name="uq_business_calendars_tenant"),
            models.CheckConstraint(condition=Q(hours__len=7), name="ck_business_calendars_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.tenant_id}: {self.timezone}"

    @property
    def worktime(self) -> Calendar:
        """Return the calendar to count with."""
        week = {day: parse_hours(text) for day, text in enumerate(self.hours)}
        holidays: frozenset[date] = frozenset(self.holidays)
        return Calendar(zone=ZoneInfo(self.timezone), week=week, holidays=holidays)


class SlaPolicy(Owned, Timestamped):
    """What a tenant promises to tickets of one priority, in working minutes."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    priority = models.CharField(_("priority"), max_length=32, choices=TicketPriority)
    first_response = models.IntegerField(_("first response"), null=True, blank=True)
    next_response = models.IntegerField(_("next response"), null=True, blank=True)
    resolution = models.IntegerField(_("solution"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "sla_policies"
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "priority"], name="uq_sla_policies_tenant_priority"),
            enum_check("ck_sla_policies_priority", "priority", TicketPriority),
            *(
                models.CheckConstraint(
                    condition=Q(**{kind: None}) | Q(**{f"{kind}__gte": 1}), name=f"ck_sla_policies_{kind}"
                )
                for kind in ("first_response", "next_response", "resolution")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant_id}: {self.priority}"

    def promised(self, kind: str) -> timedelta | None:
        """Return how much working time something may take, if anything is promised."""
        minutes: int | None = getattr(self, kind)
        return timedelta(minutes=minutes) if minutes else None


class SlaClockQuerySet(OwnedQuerySet["SlaClock"]):
    """Clocks."""

    def unfinished(self) -> Self:
        """Keep those of what is still to be done."""
        return self.filter(ended_at=None)

    def in_hand(self) -> Self:
        """Keep those of what is still to be done, the soonest first, the paused last."""
        return self.unfinished().order_by(F("due_at").asc(nulls_last=True), "pk")

    def running(self) -> Self:
        """Keep those that are not paused either."""
        return self.unfinished().filter(running_since__isnull=False)

    def soon(self, *, at: datetime) -> Self:
        """Keep those that have little time left."""
        return self.running().filter(warn_at__lte=at, due_at__gt=at, breached_at=None)

    def broken(self, *, at: datetime) -> Self:
        """Keep those of what is late and still to be done."""
        late = Q(breached_at__isnull=False) | Q(running_since__isnull=False, due_at__lte=at)
        return self.unfinished().filter(late)

    def to_warn_of(self, *, at: datetime) -> Self:
        """Keep those the team has not been warned of."""
        return self.soon(at=at).filter(warned_at=None)

    def to_note(self, *, at: datetime) -> Self:
        """Keep those whose promise was broken without a note."""
        return self.running().filter(due_at__lte=at, breached_at=None)


class SlaClock(Owned, Created):
    """The time one promise to one ticket has left; it stands still while the customer is to answer."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="clocks", verbose_name=_("ticket"))
    kind = models.CharField(_("promise"), max_length=32, choices=ClockKind)
    promised = models.DurationField(_("promised"))
    used = models.DurationField(_("used before the last pause"), default=timedelta)
    running_since = models.DateTimeField(_("running since"), null=True, blank=True)
    warn_at = models.DateTimeField(_("to be warned of"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    warned_at = models.DateTimeField(_("warned"), null=True, blank=True)
    breached_at = models.DateTimeField(_("broken"), null=True, blank=True)
    ended_at = models.DateTimeField(_("kept"), null=True, blank=True)

    objects = SlaClockQuerySet.as_manager()

    class Meta:
        db_table = "sla_clocks"
        verbose_name = _("clock of a promise")
        verbose_name_plural = _("clocks of promises")
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "kind"], condition=Q(ended_at=None), name="uq_sla_clocks_ticket_kind_unfinished"
            ),
            enum_check("ck_sla_clocks_kind", "kind", ClockKind),
            models.CheckConstraint(
                condition=Q(running_since=None, due_at=None, warn_at=None)
                | Q(running_since__isnull=False, due_at__isnull=False, warn_at__isnull=False),
                name="ck_sla_clocks_due_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.kind}"

    @property
    def is_paused(self) -> bool:
        """Say whether time stands still."""
        return self.ended_at is None and self.running_since is None

    @property
    def left(self) -> timedelta:
        """Return what a paused clock has left of its working time."""
        return max(self.promised - self.used, timedelta(0))

    def run(self, since: datetime, calendar: Calendar) -> None:
        """Let time pass from a moment on."""
        self.running_since = since
        try:
            self.due_at = calendar.add(since, self.promised - self.used)
            self.warn_at = calendar.add(since, self.promised * WARNED_AFTER - self.used)
        except NeverOver:  # too few working hours: as late as anybody plans
            self.due_at = self.warn_at = since + HORIZON

    def stand(self, at: datetime, calendar: Calendar) -> None:
        """Let time stand still."""
        if self.running_since:
            self.used += calendar.between(self.running_since, at)
        self.running_since = self.due_at = self.warn_at = None
