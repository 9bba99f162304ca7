"""Operators, handoffs and tickets, without surprises."""

from datetime import UTC, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from accounts.enums import Direction, Role
from accounts.models import User
from dialogs.enums import HandoffReason, Sender
from operators.enums import ClockKind, ExternalSystem, TicketPriority, TicketStatus
from operators.models import (
    BusinessCalendar,
    CannedReply,
    HandoffRequest,
    OperatorPresence,
    RefChange,
    SavedFilter,
    SlaClock,
    SlaPolicy,
    Ticket,
    TicketAudit,
    TicketExternalRef,
    TicketMail,
    TicketMessage,
    TicketMirror,
)
from tests.factories.accounts import IntegrationFactory, MembershipFactory, TenantFactory, UserFactory
from tests.factories.dialogs import DialogFactory

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def operator_of(tenant, role=Role.OPERATOR, **fields) -> User:
    """Make a person with a role in ``tenant``."""
    return MembershipFactory(tenant=tenant, user=UserFactory(**fields), role=role).user


class PresenceFactory(DjangoModelFactory):
    """An operator who is offline."""

    class Meta:
        model = OperatorPresence

    tenant = factory.SubFactory(TenantFactory)
    user = factory.LazyAttribute(lambda presence: operator_of(presence.tenant))


class CannedReplyFactory(DjangoModelFactory):
    """A reply under a shortcut."""

    class Meta:
        model = CannedReply

    tenant = factory.SubFactory(TenantFactory)
    shortcut = factory.Sequence(lambda n: f"reply-{n}")
    title = "Приветствие"
    text = "Здравствуйте! Чем помочь?"


class HandoffFactory(DjangoModelFactory):
    """A cycle that waits; its dialog does not know of it (services make both)."""

    class Meta:
        model = HandoffRequest

    dialog = factory.SubFactory(DialogFactory)
    tenant = factory.SelfAttribute("dialog.tenant")
    reason = HandoffReason.CUSTOMER_ASKED
    requested_at = NOON


class TicketFactory(DjangoModelFactory):
    """An open ticket; ``status`` puts it elsewhere."""

    class Meta:
        model = Ticket
        skip_postgeneration_save = True

    tenant = factory.SubFactory(TenantFactory)
    title = factory.Sequence(lambda n: f"Ticket {n}")
    status = TicketStatus.OPEN
    closed_at = factory.LazyAttribute(lambda ticket: NOON if ticket.status == TicketStatus.CLOSED else None)

    @factory.post_generation
    def _number(self, create, extracted, **kwargs):
        if create:
            self.refresh_from_db(fields=["number"])


class TicketMessageFactory(DjangoModelFactory):
    """A customer's word."""

    class Meta:
        model = TicketMessage

    ticket = factory.SubFactory(TicketFactory)
    tenant = factory.SelfAttribute("ticket.tenant")
    sender = Sender.CUSTOMER
    text = "Когда приедет заказ?"


class TicketAuditFactory(DjangoModelFactory):
    """The ticket's first step."""

    class Meta:
        model = TicketAudit

    ticket = factory.SubFactory(TicketFactory)
    tenant = factory.SelfAttribute("ticket.tenant")
    to_status = TicketStatus.OPEN


class ExternalRefFactory(DjangoModelFactory):
    """A Jira issue."""

    class Meta:
        model = TicketExternalRef

    ticket = factory.SubFactory(TicketFactory)
    tenant = factory.SelfAttribute("ticket.tenant")
    system = ExternalSystem.JIRA
    external_id = factory.Sequence(lambda n: f"SUP-{n}")


class TicketMirrorFactory(DjangoModelFactory):
    """A copy that waits to be sent to Jira."""

    class Meta:
        model = TicketMirror

    ticket = factory.SubFactory(TicketFactory)
    tenant = factory.SelfAttribute("ticket.tenant")
    integration = factory.SubFactory(
        IntegrationFactory, platform_id="jira", tenant=factory.SelfAttribute("..ticket.tenant")
    )
    next_attempt_at = NOON


class RefChangeFactory(DjangoModelFactory):
    """A status that waits to be told to Jira."""

    class Meta:
        model = RefChange

    integration = factory.SubFactory(IntegrationFactory, platform_id="jira")
    tenant = factory.SelfAttribute("integration.tenant")
    ref = factory.LazyAttribute(
        lambda change: ExternalRefFactory(ticket__tenant=change.tenant, integration=change.integration)
    )
    direction = Direction.OUTBOUND
    kind = "status"
    key = factory.Sequence(lambda n: f"status:{n}")
    wanted = TicketStatus.RESOLVED
    next_attempt_at = NOON


class SavedFilterFactory(DjangoModelFactory):
    """Somebody's view of urgent tickets."""

    class Meta:
        model = SavedFilter

    tenant = factory.SubFactory(TenantFactory)
    user = factory.LazyAttribute(lambda row: operator_of(row.tenant))
    name = "Срочные"
    query = "priority=urgent"


class TicketMailFactory(DjangoModelFactory):
    """A letter that waits to be sent."""

    class Meta:
        model = TicketMail

    ticket = factory.SubFactory(TicketFactory)
    tenant = factory.SelfAttribute("ticket.tenant")
    direction = Direction.OUTBOUND
    letter_id = factory.Sequence(lambda n: f"<letter-{n}@shop.example>")
    to_address = "anna@example.com"
    subject = "Возврат"
    next_attempt_at = NOON


class CalendarFactory(DjangoModelFactory):
    """Weekdays from nine to six with lunch at one, in Moscow."""

    class Meta:
        model = BusinessCalendar

    tenant = factory.SubFactory(TenantFactory)
    hours = factory.LazyFunction(lambda: ["09:00-13:00, 14:00-18:00"] * 5 + ["", ""])


class PolicyFactory(DjangoModelFactory):
    """An hour to the first word, half an hour to the next, eight to the end."""

    class Meta:
        model = SlaPolicy

    tenant = factory.SubFactory(TenantFactory)
    priority = TicketPriority.MEDIUM
    first_response, next_response, resolution = 60, 30, 480


class ClockFactory(DjangoModelFactory):
    """A clock with an hour left."""

    class Meta:
        model = SlaClock

    ticket = factory.SubFactory(TicketFactory)
    tenant = factory.SelfAttribute("ticket.tenant")
    kind = ClockKind.RESOLUTION
    promised = timedelta(hours=8)
    running_since = NOON
    warn_at = NOON + timedelta(minutes=30)
    due_at = NOON + timedelta(hours=1)
