"""What operators are about to say: kept until sent, or asked of the assistant."""

from datetime import datetime, timedelta
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Created, Public, Timestamped, enum_check
from dialogs.models import Dialog
from operators.enums import JobStatus, SuggestionKind, WritingMode

LEASE: Final = timedelta(minutes=3)
MOST_ATTEMPTS: Final = 3


class KeptDraft(Owned, Timestamped):
    """What an operator began to write in a conversation; it survives the page it was typed on."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    dialog = models.ForeignKey(Dialog, models.CASCADE, related_name="+", db_index=False, verbose_name=_("dialog"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("author"))
    mode = models.CharField(_("for whom"), max_length=16, choices=WritingMode)
    text = models.TextField(_("text"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "kept_drafts"
        verbose_name = _("begun message")
        verbose_name_plural = _("begun messages")
        constraints = [
            models.UniqueConstraint(fields=["dialog", "author", "mode", "tenant"], name="uq_kept_drafts_dialog_author"),
            enum_check("ck_kept_drafts_mode", "mode", WritingMode),
            models.CheckConstraint(condition=~Q(text=""), name="ck_kept_drafts_text"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class SuggestionQuerySet(OwnedQuerySet["ReplySuggestion"]):
    """Suggested replies."""

    def unfinished(self, *, at: datetime) -> Self:
        """Keep those nobody works on: new ones, and those whose worker is not heard of."""
        waiting = Q(status=JobStatus.PENDING) | Q(status=JobStatus.RUNNING, locked_until__lt=at)
        return self.filter(waiting)


class ReplySuggestion(Public, Owned, Created):
    """Words an operator asked a model for; the customer gets them only from the operator's hand."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    dialog = models.ForeignKey(Dialog, models.CASCADE, related_name="+", db_index=False, verbose_name=_("dialog"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("who asked for it")
    )
    client_id = models.CharField(_("client's id"), max_length=64, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=SuggestionKind)
    given = models.TextField(_("text to change"), blank=True)
    status = models.CharField(_("status"), max_length=16, choices=JobStatus, default=JobStatus.PENDING)
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    locked_until = models.DateTimeField(_("locked until"), null=True, blank=True)
    text = models.TextField(_("text"), blank=True)
    receipt = models.JSONField(_("receipt"), null=True, blank=True)
    trouble = models.CharField(_("trouble"), max_length=64, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        db_table = "reply_suggestions"
        verbose_name = _("suggested reply")
        verbose_name_plural = _("suggested replies")
        constraints = [
            models.UniqueConstraint(
                fields=["dialog", "author", "client_id", "tenant"], name="uq_reply_suggestions_client_id"
            ),
            enum_check("ck_reply_suggestions_kind", "kind", SuggestionKind),
            enum_check("ck_reply_suggestions_status", "status", JobStatus),
            models.CheckConstraint(
                condition=~Q(status=JobStatus.DONE) | (~Q(text="") & Q(receipt__isnull=False)),
                name="ck_reply_suggestions_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_status_display()}"

    @classmethod
    def take(cls, pk: int, *, at: datetime) -> "ReplySuggestion | None":
        """Start work on a suggestion that nobody works on."""
        mine = cls.objects.unfinished(at=at).filter(pk=pk, attempts__lt=MOST_ATTEMPTS)
        facts = {"status": JobStatus.RUNNING, "locked_until": at + LEASE, "attempts": F("attempts") + 1}
        return (
            cls.objects.select_related("dialog__assistant", "tenant", "author").get(pk=pk)
            if mine.update(**facts)
            else None
        )

    def finish(self, status: JobStatus, *, at: datetime, **facts: object) -> bool:
        """End the work if it still is ours; say whether it was."""
        ours = type(self).objects.filter(pk=self.pk, status=JobStatus.RUNNING, attempts=self.attempts)
        return bool(ours.update(status=status, locked_until=None, finished_at=at, **facts))
