"""A conversation with one contact."""

from datetime import datetime
from typing import Final, Self

from django.conf import settings
from django.db import connection, models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet
from config.db import Public, Timestamped, enum_check
from dialogs.enums import HANDOFF_FROM, NEEDED_A_PERSON, Channel, DialogStatus, Ending, HandoffStatus
from dialogs.errors import DialogClosed, IllegalHandoff
from dialogs.models.contacts import Contact

PAGE_FACTS: Final = "page"
"""The key in ``context_data``: what the seller's page says about the visit."""

# Counts and locks in one statement; an answer under way is stale once the customer has said something new.
COUNT_MESSAGE: Final = """
UPDATE dialogs
   SET last_seq = last_seq + 1, messages_count = messages_count + 1, last_message_at = %(at)s,
       last_customer_message_at = CASE WHEN %(customer)s THEN %(at)s ELSE last_customer_message_at END,
       version = version + %(customer)s::int
 WHERE id = %(id)s
RETURNING last_seq, messages_count, last_message_at, last_customer_message_at, version, status
"""

# An ``Ending``; null while nothing was answered.
ENDING: Final = Case(
    When(handoff_status__in=NEEDED_A_PERSON, then=Value(Ending.PERSON.value)),
    When(Q(handoff_status=HandoffStatus.EXPIRED) | Q(fallback=True), then=Value(Ending.NOBODY.value)),
    When(first_response_time__isnull=False, then=Value(Ending.ALONE.value)),
    default=None,
    output_field=models.CharField(),
)


class DialogQuerySet(OwnedQuerySet["Dialog"]):
    """Conversations."""

    def open(self) -> Self:
        """Keep those that go on."""
        return self.exclude(status=DialogStatus.CLOSED)

    def awaiting_operator(self) -> Self:
        """Keep those whose customer waits for a person."""
        return self.filter(handoff_status=HandoffStatus.REQUESTED)

    def that_went(self, how: str) -> Self:
        """Keep those that ended in this ``Ending``."""
        return self.alias(ending=ENDING).filter(ending=how)

    def latest_first(self) -> Self:
        """Order by the last message, newest first."""
        return self.order_by(F("last_message_at").desc(nulls_last=True), "-pk")

    def locked(self) -> Self:
        """Lock the rows in key order until the transaction ends."""
        return self.select_for_update(of=("self",)).order_by("pk")


class Dialog(Public, Owned, Timestamped):
    """A conversation between one contact and the assistant or an operator.

    ``version`` grows whenever something happens that makes an answer under way
    stale: a new customer message, a take-over, a close. An answer is saved
    only under the version it started with.
    """

    assistant = models.ForeignKey(
        "assistants.Assistant", models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("assistant")
    )
    bot = models.ForeignKey(
        "assistants.BotInstance", models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("bot")
    )
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="dialogs", verbose_name=_("contact"))
    platform = models.CharField(_("platform"), max_length=50, choices=Channel)
    session_id = models.CharField(_("session"), max_length=255)
    chat_id = models.CharField(_("chat"), max_length=255, blank=True)
    status = models.CharField(_("status"), max_length=32, choices=DialogStatus, default=DialogStatus.ACTIVE)
    current_state = models.CharField(_("state"), max_length=100, default="initial")
    context_data = models.JSONField(_("context"), default=dict, blank=True)
    language_code = models.CharField(_("language"), max_length=10, default="ru")
    messages_count = models.IntegerField(_("messages"), default=0)
    last_seq = models.BigIntegerField(_("last number"), default=0)
    version = models.BigIntegerField(_("version"), default=1)
    auto_response = models.BooleanField(_("the assistant answers"), default=True)
    fallback = models.BooleanField(_("fallback happened"), default=False)
    handoff_status = models.CharField(_("handoff"), max_length=32, choices=HandoffStatus, default=HandoffStatus.NONE)
    is_taken_over = models.GeneratedField(
        expression=Q(handoff_status=HandoffStatus.ACTIVE.value),  # type: ignore[arg-type]  # a condition is an expression
        output_field=models.BooleanField(),
        db_persist=True,
        verbose_name=_("taken over"),
    )
    assigned_operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("operator")
    )
    first_response_time = models.FloatField(_("first response, seconds"), null=True, blank=True)
    last_message_at = models.DateTimeField(_("last message"), null=True, blank=True)
    last_customer_message_at = models.DateTimeField(_("last customer message"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = DialogQuerySet.as_manager()

    class Meta:
        db_table = "dialogs"
        verbose_name = _("dialog")
        verbose_name_plural = _("dialogs")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "platform", "assistant", "session_id"],
                condition=~Q(status="closed"),
                name="uq_dialogs_open_session",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["tenant", "bot", "chat_id"],
                condition=~Q(status="closed") & ~Q(chat_id=""),
                name="uq_dialogs_open_chat",
            ),
            enum_check("ck_dialogs_platform", "platform", Channel),
            enum_check("ck_dialogs_status", "status", DialogStatus),
            enum_check("ck_dialogs_handoff_status", "handoff_status", HandoffStatus),
            models.CheckConstraint(
                condition=Q(messages_count__gte=0, last_seq__gte=0, version__gte=1), name="ck_dialogs_counts"
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False)
                | (~Q(status="closed") & Q(closed_at__isnull=True)),
                name="ck_dialogs_closed_at",
            ),
            models.CheckConstraint(
                condition=Q(first_response_time__isnull=True) | Q(first_response_time__gte=0),
                name="ck_dialogs_first_response_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} · {self.pk}"

    @property
    def is_open(self) -> bool:
        """Say whether the conversation goes on."""
        return self.status != DialogStatus.CLOSED

    @property
    def page_facts(self) -> dict[str, str]:
        """Return what the seller's page said about the visit."""
        facts: dict[str, str] = self.context_data.get(PAGE_FACTS, {})
        return facts

    @property
    def awaits_person(self) -> bool:
        """Say whether a person is in charge or was asked for, so the assistant keeps quiet."""
        return self.handoff_status in {HandoffStatus.REQUESTED, HandoffStatus.ACTIVE}

    def count_message(self, *, at: datetime, is_customer: bool) -> None:
        """Take the next number for a message and keep the row locked until the transaction ends."""
        with connection.cursor() as cursor:
            cursor.execute(COUNT_MESSAGE, {"id": self.pk, "at": at, "customer": is_customer})
            row = cursor.fetchone()
        if row is None:
            raise Dialog.DoesNotExist
        names = ("last_seq", "messages_count", "last_message_at", "last_customer_message_at", "version", "status")
        for name, value in zip(names, row, strict=True):
            setattr(self, name, value)

    def hand_over(self, to: HandoffStatus, *, operator_id: int | None = None) -> None:
        """Move the handoff in one UPDATE, so that of two rivals one wins.

        Args:
            to: The new state.
            operator_id: Who is in charge from now on, with ``ACTIVE``.

        Raises:
            IllegalHandoff: the dialog is closed or in a state that does not
                lead to ``to``.
        """
        status = (
            DialogStatus.ESCALATED if to in {HandoffStatus.REQUESTED, HandoffStatus.ACTIVE} else DialogStatus.ACTIVE
        )
        moved = (
            Dialog.objects.open()
            .filter(pk=self.pk, handoff_status__in=HANDOFF_FROM[to])
            .update(handoff_status=to, status=status, assigned_operator=operator_id, version=F("version") + 1)
        )
        self.refresh_from_db()
        if not moved:
            raise IllegalHandoff(current=self.handoff_status, wanted=to)

    def end(self, *, at: datetime) -> None:
        """Close the conversation once.

        Raises:
            DialogClosed: it was closed before.
        """
        moved = (
            Dialog.objects.open()
            .filter(pk=self.pk)
            .update(status=DialogStatus.CLOSED, closed_at=at, version=F("version") + 1)
        )
        self.refresh_from_db()
        if not moved:
            raise DialogClosed(dialog=str(self.uuid))
