"""What leaves for Wildberries: one row per reply, written before anything is sent."""

from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from accounts.models import OwnedQuerySet
from config.db import Public, Timestamped, enum_check
from config.moves import move
from marketplace.models.chats import TEXT_LIMIT as CHAT_LIMIT
from marketplace.models.chats import Chat
from marketplace.models.questions import Question
from marketplace.models.reviews import Review
from marketplace.models.stores import OfStore, Store
from marketplace.replies import OUTGOING_MOVES, OutgoingKind, OutgoingStatus

ANSWER_LIMIT: Final = 5000
ALIVE: Final = (
    OutgoingStatus.PENDING,
    OutgoingStatus.SENDING,
    OutgoingStatus.UNCONFIRMED,
    OutgoingStatus.UNKNOWN,
    OutgoingStatus.CONFIRMED,
)
OPEN: Final = (OutgoingStatus.UNCONFIRMED, OutgoingStatus.UNKNOWN)
ABOUT_REVIEWS: Final = (OutgoingKind.REVIEW_ANSWER, OutgoingKind.REVIEW_EDIT)
ABOUT_QUESTIONS: Final = (OutgoingKind.QUESTION_ANSWER, OutgoingKind.QUESTION_REJECT)
LONGEST_ERROR: Final = 1000


class OutgoingQuerySet(OwnedQuerySet["Outgoing"]):
    """Replies on their way."""

    def alive(self) -> Self:
        """Keep those that were sent or still will be."""
        return self.filter(status__in=ALIVE)

    def due(self, *, at: datetime) -> Self:
        """Keep those to send now."""
        return self.filter(status=OutgoingStatus.PENDING, due_at__lte=at)

    def lost(self, *, at: datetime) -> Self:
        """Keep those whose worker died between sending and recording."""
        return self.filter(status=OutgoingStatus.SENDING, locked_until__lt=at)

    def to_check(self, *, at: datetime) -> Self:
        """Keep those whose effect has to be read back now."""
        return self.filter(status__in=OPEN, check_at__lte=at)


class Outgoing(Public, OfStore, Timestamped):
    """One reply to a review, a question or a chat; the unique keys keep it from going out twice.

    What may have been sent is never sent again: a lost outcome is ``unknown``
    until Wildberries shows it or a person says what happened.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="outgoing", db_index=False, verbose_name=_("store"))
    kind = models.CharField(_("kind"), max_length=16, choices=OutgoingKind)
    review = models.ForeignKey(
        Review, models.CASCADE, related_name="outgoing", null=True, blank=True, verbose_name=_("review")
    )
    question = models.ForeignKey(
        Question, models.CASCADE, related_name="outgoing", null=True, blank=True, verbose_name=_("question")
    )
    chat = models.ForeignKey(
        Chat, models.CASCADE, related_name="outgoing", null=True, blank=True, verbose_name=_("chat")
    )
    key = models.CharField(  # noqa: DJ001 -- null: its target alone keeps it single
        _("key"), max_length=100, null=True, blank=True, editable=False
    )
    text = models.TextField(_("text"))
    files = models.JSONField(_("files"), default=list, blank=True, help_text=_("A list of {name, path, content_type}."))
    status = models.CharField(_("status"), max_length=16, choices=OutgoingStatus, default=OutgoingStatus.PENDING)
    is_automatic = models.BooleanField(_("automatic"), default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("author")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("approved by"),
    )
    digest = models.CharField(_("digest of what is answered"), max_length=64, blank=True, editable=False)
    reference = models.CharField(_("id on Wildberries"), max_length=255, blank=True, editable=False)
    attempts = models.SmallIntegerField(_("attempts"), default=0, editable=False)
    due_at = models.DateTimeField(_("due"), db_default=Now())
    locked_until = models.DateTimeField(_("leased until"), null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    check_at = models.DateTimeField(_("read back"), null=True, blank=True, editable=False)
    checks = models.SmallIntegerField(_("times read back"), default=0, editable=False)
    confirmed_at = models.DateTimeField(_("seen on Wildberries"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=LONGEST_ERROR, blank=True)

    objects = OutgoingQuerySet.as_manager()

    class Meta:
        db_table = "outgoing_replies"
        verbose_name = _("reply to Wildberries")
        verbose_name_plural = _("replies to Wildberries")
        constraints = [
            enum_check("ck_outgoing_replies_kind", "kind", OutgoingKind),
            enum_check("ck_outgoing_replies_status", "status", OutgoingStatus),
            models.UniqueConstraint(
                fields=["tenant", "review"],
                condition=Q(kind=OutgoingKind.REVIEW_ANSWER, status__in=ALIVE),
                name="uq_outgoing_replies_review_answer",
            ),
            models.UniqueConstraint(
                fields=["tenant", "review"],
                condition=Q(kind=OutgoingKind.REVIEW_EDIT, status__in=ALIVE),
                name="uq_outgoing_replies_review_edit",
            ),
            models.UniqueConstraint(
                fields=["tenant", "question"],
                condition=Q(kind__in=ABOUT_QUESTIONS, status__in=ALIVE),
                name="uq_outgoing_replies_question",
            ),
            models.UniqueConstraint(
                fields=["tenant", "key"], condition=Q(key__isnull=False), name="uq_outgoing_replies_key"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ABOUT_REVIEWS, review__isnull=False, question=None, chat=None)
                | Q(kind__in=ABOUT_QUESTIONS, question__isnull=False, review=None, chat=None)
                | Q(kind=OutgoingKind.CHAT_MESSAGE, chat__isnull=False, review=None, question=None),
                name="ck_outgoing_replies_target",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), CHAT_LIMIT)
                | (~Q(kind=OutgoingKind.CHAT_MESSAGE) & Q(LessThanOrEqual(Length("text"), ANSWER_LIMIT))),
                name="ck_outgoing_replies_text",
            ),
            models.CheckConstraint(
                condition=~Q(status=OutgoingStatus.SENDING) | Q(locked_until__isnull=False),
                name="ck_outgoing_replies_lease",
            ),
            models.CheckConstraint(
                condition=~Q(status=OutgoingStatus.CONFIRMED) | Q(confirmed_at__isnull=False),
                name="ck_outgoing_replies_confirmed_at",
            ),
            models.CheckConstraint(condition=Q(attempts__gte=0, checks__gte=0), name="ck_outgoing_replies_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_status_display()}"

    @property
    def is_open(self) -> bool:
        """Say whether its fate is not known yet."""
        return self.status in (OutgoingStatus.PENDING, OutgoingStatus.SENDING, *OPEN)

    @property
    def target(self) -> Review | Question | Chat:
        """Return what it answers."""
        found = self.review or self.question or self.chat
        if found is None:
            raise LookupError
        return found

    def take(self, *, until: datetime, at: datetime) -> bool:
        """Lease it for one worker; of two rivals only one gets it, and the attempt is counted before the work."""
        rows = Outgoing.objects.due(at=at).filter(pk=self.pk)
        if not rows.update(status=OutgoingStatus.SENDING, locked_until=until, attempts=F("attempts") + 1):
            return False
        self.refresh_from_db()
        return True

    def settle(self, status: OutgoingStatus, **values: Any) -> bool:
        """Record what became of an attempt, if this worker still holds the lease it took."""
        mine = Outgoing.objects.filter(pk=self.pk, status=OutgoingStatus.SENDING, locked_until=self.locked_until)
        values |= {"status": status, "locked_until": None}
        if not mine.update(**values):
            return False
        for name, value in values.items():
            setattr(self, name, value)
        return True

    def move_to(self, status: OutgoingStatus, **values: Any) -> None:
        """Note what became of it.

        Raises:
            IllegalMove: it cannot become that, or somebody moved it first.
        """
        move(self, status, allowed=OUTGOING_MOVES, **values)


def next_check(checks: int) -> timedelta:
    """Return how long to wait before reading back again: minutes first, hours later."""
    return min(timedelta(minutes=float(2 ** min(checks + 1, 10))), timedelta(hours=6))
