"""Reminders to buyers who fell silent."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Created, Public, Timestamped, enum_check
from config.moves import IllegalMove, move
from marketplace.enums import SEQUENCE_MOVES, SequenceStatus, StepStatus, StopReason
from marketplace.models.chats import TEXT_LIMIT, Chat, ChatMessage
from marketplace.models.outbox import Outgoing
from marketplace.models.stores import OfStore, Store
from marketplace.models.templates import SequenceTemplate

LONGEST = 14


class ChatAutoSequence(Public, OfStore, Timestamped):
    """A plan of at most fourteen reminders, one a day, for one chat."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="sequences", verbose_name=_("store"))
    chat = models.ForeignKey(Chat, models.CASCADE, related_name="sequences", db_index=False, verbose_name=_("chat"))
    template = models.ForeignKey(
        SequenceTemplate, models.SET_NULL, related_name="sequences", null=True, blank=True, verbose_name=_("template")
    )
    sequence_type = models.CharField(_("type"), max_length=50, default="no_reply_followup")
    messages = models.JSONField(_("messages"), default=list, help_text=_("A list of {day, text}."))
    current_step = models.IntegerField(_("steps done"), default=0)
    max_steps = models.IntegerField(_("steps at most"), default=LONGEST)
    status = models.CharField(_("status"), max_length=20, choices=SequenceStatus, default=SequenceStatus.ACTIVE)
    stop_reason = models.CharField(  # noqa: DJ001 -- null: not stopped
        _("stopped because"), max_length=50, choices=StopReason, null=True, blank=True
    )
    started_at = models.DateTimeField(_("started"), db_default=Now())
    last_sent_at = models.DateTimeField(_("last sent"), null=True, blank=True)
    next_send_at = models.DateTimeField(_("next"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "chat_auto_sequences"
        verbose_name = _("sequence of reminders")
        verbose_name_plural = _("sequences of reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["chat", "sequence_type", "tenant"],
                condition=Q(status=SequenceStatus.ACTIVE),
                name="uq_chat_auto_sequences_chat_type_active",
            ),
            enum_check("ck_chat_auto_sequences_status", "status", SequenceStatus),
            enum_check("ck_chat_auto_sequences_stop_reason", "stop_reason", StopReason),
            models.CheckConstraint(
                condition=Q(status=SequenceStatus.STOPPED, stop_reason__isnull=False)
                | (~Q(status=SequenceStatus.STOPPED) & Q(stop_reason=None)),
                name="ck_chat_auto_sequences_stopped_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(current_step__gte=0, current_step__lte=F("max_steps"), max_steps__lte=LONGEST),
                name="ck_chat_auto_sequences_steps",
            ),
            models.CheckConstraint(
                condition=Q(next_send_at=None) | Q(status=SequenceStatus.ACTIVE),
                name="ck_chat_auto_sequences_next_send_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chat} · {self.current_step}/{self.max_steps}"

    def stop(self, reason: StopReason) -> None:
        """End the reminders before their time.

        Raises:
            IllegalMove: they have ended already.
        """
        move(self, SequenceStatus.STOPPED, allowed=SEQUENCE_MOVES, stop_reason=reason, next_send_at=None)

    def complete(self) -> None:
        """End the reminders after the last one.

        Raises:
            IllegalMove: they have ended already.
        """
        move(self, SequenceStatus.COMPLETED, allowed=SEQUENCE_MOVES, next_send_at=None)

    def advance(self, *, at: datetime, next_send_at: datetime | None) -> None:
        """Count one reminder as done, once however many workers say so.

        Raises:
            IllegalMove: somebody counted it first, the sequence has ended, or no step is left.
        """
        same = ChatAutoSequence.objects.filter(
            pk=self.pk, status=SequenceStatus.ACTIVE, current_step=self.current_step, current_step__lt=F("max_steps")
        )
        if not same.update(current_step=F("current_step") + 1, last_sent_at=at, next_send_at=next_send_at):
            raise IllegalMove(current=f"{self.status} {self.current_step}", wanted=str(self.current_step + 1))
        self.current_step += 1
        self.last_sent_at, self.next_send_at = at, next_send_at


class SequenceStep(Owned, Created):
    """One reminder of a sequence; ``uq(sequence, step)`` keeps it from going out twice."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    sequence = models.ForeignKey(
        ChatAutoSequence, models.CASCADE, related_name="steps", db_index=False, verbose_name=_("sequence")
    )
    step = models.IntegerField(_("step"))
    text = models.TextField(_("text"))
    status = models.CharField(_("status"), max_length=16, choices=StepStatus, default=StepStatus.PENDING)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    message = models.ForeignKey(
        ChatMessage, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("message on Wildberries")
    )
    outgoing = models.ForeignKey(
        Outgoing, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("in the outbox")
    )
    error = models.TextField(_("error"), blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "chat_sequence_steps"
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(fields=["sequence", "step", "tenant"], name="uq_chat_sequence_steps_sequence_step"),
            enum_check("ck_chat_sequence_steps_status", "status", StepStatus),
            models.CheckConstraint(condition=Q(step__gte=1, step__lte=LONGEST), name="ck_chat_sequence_steps_step"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), TEXT_LIMIT), name="ck_chat_sequence_steps_text"
            ),
            models.CheckConstraint(
                condition=~Q(status=StepStatus.SENT) | Q(sent_at__isnull=False), name="ck_chat_sequence_steps_sent_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence_id} · {self.step}"
