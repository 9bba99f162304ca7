"""What tickets are promised: clocks that follow what happens to them, and notes of promises that break."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse

from accounts import letters
from accounts.enums import EventType
from accounts.models import Tenant
from accounts.services import events
from dialogs.enums import Sender
from operators import tasks
from operators.enums import ClockKind, TicketPriority, TicketStatus
from operators.models import BusinessCalendar, SlaClock, SlaClockQuerySet, SlaPolicy, Ticket
from operators.models.tickets import DONE
from operators.worktime import Calendar, parse_hours

ALWAYS: Final = Calendar(zone=ZoneInfo("UTC"), week=dict.fromkeys(range(7), parse_hours("00:00-24:00")))
PROMISED: Final = "promised_minutes"
RESPONSES: Final = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)
BATCH: Final = 200
Promised = Mapping[str, int | None]
Act = Callable[[SlaClock, datetime, Calendar], None]


def calendar_of(tenant_id: int) -> Calendar:
    """Return when a tenant's team works; around the clock if it did not say."""
    row = BusinessCalendar.objects.filter(tenant=tenant_id).first()
    return row.worktime if row else ALWAYS


def begin(ticket: Ticket, *, at: datetime) -> None:
    """Start the clocks of a new ticket; what it is promised now holds for it whatever the policy says later."""
    _remember(ticket)
    _start(ticket, ClockKind.FIRST_RESPONSE, at=at)
    _start(ticket, ClockKind.RESOLUTION, at=at)


def follow_words(ticket: Ticket, *, sender: Sender, at: datetime) -> None:
    """Stop the clock of the answer when it is given; start the next when the customer writes again.

    The caller holds the ticket's lock.
    """
    if sender in (Sender.ASSISTANT, Sender.OPERATOR):
        _each(ticket, SlaClock.objects.unfinished().filter(kind__in=RESPONSES), _end, at=at)
        return
    awaited = SlaClock.objects.unfinished().filter(ticket=ticket, kind__in=RESPONSES)
    if sender == Sender.CUSTOMER and ticket.status not in DONE and not awaited.exists():
        _start(ticket, ClockKind.NEXT_RESPONSE, at=at)


def follow_move(ticket: Ticket, *, at: datetime) -> None:
    """Pause the clocks while the customer is to answer, end them with the work, go on when it is taken up again."""
    unfinished = SlaClock.objects.unfinished()
    if ticket.status in DONE:
        _each(ticket, unfinished, _end, at=at)
    elif ticket.status == TicketStatus.PENDING_CUSTOMER:
        _each(ticket, unfinished.running(), _pause, at=at)
    else:
        if ticket.status == TicketStatus.REOPENED:
            last = SlaClock.objects.filter(ticket=ticket, kind=ClockKind.RESOLUTION).order_by("-pk").first()
            SlaClock.objects.filter(pk__in=[last.pk] if last else []).update(ended_at=None)
        _each(ticket, unfinished.filter(running_since=None), _resume, at=at)


def take_up(ticket: Ticket, *, at: datetime) -> None:
    """Go on with the clock of the solution where it stood, for a ticket whose end was a mistake."""
    if ticket.status not in DONE:
        last = SlaClock.objects.filter(ticket=ticket, kind=ClockKind.RESOLUTION).order_by("-pk").first()
        SlaClock.objects.filter(pk__in=[last.pk] if last else []).update(ended_at=None)
        _each(ticket, SlaClock.objects.unfinished().filter(running_since=None), _resume, at=at)
        if ticket.status == TicketStatus.PENDING_CUSTOMER:
            follow_move(ticket, at=at)


def follow_priority(ticket: Ticket, *, at: datetime) -> None:
    """Promise what the new priority is promised."""
    _remember(ticket)
    policy = _policy(ticket)
    calendar = calendar_of(ticket.tenant_id)
    for clock in SlaClock.objects.unfinished().filter(ticket=ticket).select_for_update():
        promised = policy.promised(clock.kind) if policy else None
        if promised is None:
            clock.delete()
            continue
        clock.promised = promised
        if clock.running_since:
            clock.run(clock.running_since, calendar)
        clock.save()
    for kind in (ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION):
        if not SlaClock.objects.filter(ticket=ticket, kind=kind).exists():
            _start(ticket, kind, at=ticket.created_at)
    if ticket.status == TicketStatus.PENDING_CUSTOMER:
        follow_move(ticket, at=at)


@transaction.atomic
def set_hours(tenant: Tenant, *, timezone: str, hours: Sequence[str], holidays: Sequence[date]) -> BusinessCalendar:
    """Say when the team works; what open tickets are promised is counted anew.

    Stretches that ended in a pause stay counted as they were.
    """
    facts = {"timezone": timezone, "hours": list(hours), "holidays": sorted(set(holidays))}
    row, _created = BusinessCalendar.objects.update_or_create(tenant=tenant, defaults=facts)
    calendar = row.worktime
    for clock in SlaClock.objects.of(tenant).running().select_for_update().order_by("pk").iterator():
        since = clock.running_since
        assert since is not None  # noqa: S101 -- for the type checker: it runs
        clock.run(since, calendar)
        clock.save(update_fields=["due_at", "warn_at"])
    return row


@transaction.atomic
def promise(tenant: Tenant, *, policies: Mapping[TicketPriority, Promised]) -> None:
    """Say how many working minutes tickets of each priority may wait; it holds for tickets that come from now on."""
    for priority, minutes in policies.items():
        SlaPolicy.objects.update_or_create(tenant=tenant, priority=priority, defaults=dict(minutes))


def sweep(*, at: datetime) -> int:
    """Note, once each, promises that are about to break and that broke; return how many."""
    return _note_all(SlaClock.objects.to_note(at=at), at=at, is_late=True) + _note_all(
        SlaClock.objects.to_warn_of(at=at), at=at, is_late=False
    )


def tell(clock_id: int, *, is_late: bool) -> None:
    """Write to who answers for the ticket, or else to the shop's owner."""
    clock = SlaClock.objects.select_related("ticket__assigned_to", "ticket__tenant__owner").filter(pk=clock_id).first()
    person = (clock.ticket.assigned_to or clock.ticket.tenant.owner) if clock else None
    if clock and person and person.is_active:
        url = letters.absolute(reverse("ticket", args=[clock.ticket.uuid]))
        facts = {"ticket": clock.ticket, "promise": clock.get_kind_display(), "url": url}
        name = "ticket_overdue" if is_late else "ticket_due_soon"
        letters.send(name, to=person.email, language=person.language_code, **facts)


@transaction.atomic
def _note_all(clocks: SlaClockQuerySet, *, at: datetime, is_late: bool) -> int:
    found = clocks.select_related("ticket").select_for_update(of=("self",), skip_locked=True).order_by("pk")[:BATCH]
    rows = list(found)
    for clock in rows:
        _note(clock, at=at, is_late=is_late)
        clock.save(update_fields=["breached_at", "warned_at"])
    return len(rows)


def _note(clock: SlaClock, *, at: datetime, is_late: bool) -> None:
    ticket = clock.ticket
    if is_late:
        clock.breached_at = at
    else:
        clock.warned_at = at
    events.record(
        ticket.tenant_id,
        EventType.TICKET_OVERDUE if is_late else EventType.TICKET_DUE_SOON,
        at=at,
        ticket=ticket.uuid,
        number=ticket.number,
        title=ticket.title,
        promise=clock.kind,
        due_at=clock.due_at,
    )
    transaction.on_commit(partial(tasks.tell_of_promise.delay, clock_id=clock.pk, is_late=is_late), robust=True)


def _remember(ticket: Ticket) -> None:
    """Write down the minutes the policy promises, for clocks that begin later."""
    policy = _policy(ticket)
    minutes = {kind.value: getattr(policy, kind) for kind in ClockKind} if policy else {}
    ticket.metadata = {**ticket.metadata, PROMISED: minutes}
    Ticket.objects.filter(pk=ticket.pk).update(metadata=ticket.metadata)


def _promised(ticket: Ticket, kind: ClockKind) -> timedelta | None:
    known = ticket.metadata.get(PROMISED)
    if known is None:  # it came before promises were written down
        policy = _policy(ticket)
        return policy.promised(kind) if policy else None
    return timedelta(minutes=known[kind]) if known.get(kind) else None


def _start(ticket: Ticket, kind: ClockKind, *, at: datetime) -> None:
    promised = _promised(ticket, kind)
    if promised is None:
        return
    clock = SlaClock(tenant_id=ticket.tenant_id, ticket=ticket, kind=kind, promised=promised)
    clock.run(at, calendar_of(ticket.tenant_id))
    clock.save()


def _policy(ticket: Ticket) -> SlaPolicy | None:
    return SlaPolicy.objects.filter(tenant=ticket.tenant_id, priority=ticket.priority).first()


def _each(ticket: Ticket, clocks: SlaClockQuerySet, act: Act, *, at: datetime) -> None:
    rows = list(clocks.filter(ticket=ticket).select_for_update().order_by("pk"))
    calendar = calendar_of(ticket.tenant_id) if rows else ALWAYS
    for clock in rows:
        clock.ticket = ticket
        act(clock, at, calendar)
        clock.save()


def _pause(clock: SlaClock, at: datetime, calendar: Calendar) -> None:
    if clock.due_at and clock.due_at <= at and clock.breached_at is None:
        _note(clock, at=at, is_late=True)  # late before the sweeper saw it
    clock.stand(at, calendar)


def _end(clock: SlaClock, at: datetime, calendar: Calendar) -> None:
    _pause(clock, at, calendar)
    clock.ended_at = at


def _resume(clock: SlaClock, at: datetime, calendar: Calendar) -> None:
    clock.run(at, calendar)
