"""The work on one answer, as a row with a lease."""

from datetime import datetime, timedelta
from typing import Final, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet
from config.db import Public, Timestamped, enum_check, new_uuid
from dialogs.enums import OPEN_RUNS, RunOutcome, RunStatus
from dialogs.models.dialogs import Dialog
from dialogs.models.messages import DialogMessage

LEASE: Final = timedelta(seconds=30)
MAX_ATTEMPTS: Final = 3

# One statement each, because a customer waits for them.
BEGIN: Final = """
INSERT INTO answer_runs (uuid, tenant_id, dialog_id, status, from_seq, first_due_at, due_at,
                         attempts, stop_requested, partial_text, outcome)
VALUES (%(uuid)s, %(tenant)s, %(dialog)s, 'pending', %(seq)s, %(at)s, %(due)s, 0, false, '', '')
ON CONFLICT (dialog_id) WHERE status IN ('pending', 'running') DO NOTHING
RETURNING *
"""
TAKE: Final = """
UPDATE answer_runs
   SET status = 'running', started_at = %(at)s, locked_until = %(until)s, attempts = attempts + 1, partial_text = '',
       dialog_version = (SELECT version FROM dialogs WHERE dialogs.id = answer_runs.dialog_id)
 WHERE id = %(id)s AND (status = 'pending' AND due_at <= %(at)s OR status = 'running' AND locked_until < %(at)s)
RETURNING *
"""


class RunQuerySet(OwnedQuerySet["AnswerRun"]):
    """Answers under way."""

    def open(self) -> Self:
        """Keep those not finished."""
        return self.filter(status__in=OPEN_RUNS)

    def overdue(self, *, at: datetime) -> Self:
        """Keep work that nobody does: due but not begun, or begun by a worker that is gone."""
        return self.filter(
            Q(status=RunStatus.PENDING, due_at__lt=at - timedelta(seconds=3))
            | Q(status=RunStatus.RUNNING, locked_until__lt=at)
        )


class AnswerRun(Public, Owned, Timestamped):
    """One turn of the assistant: from the customer's words to the saved answer.

    A dialog has at most one open run. ``dialog_version`` is the version the
    run started under; a run whose dialog moved on is discarded.
    """

    dialog = models.ForeignKey(Dialog, models.CASCADE, related_name="runs", verbose_name=_("dialog"))
    status = models.CharField(_("status"), max_length=16, choices=RunStatus, default=RunStatus.PENDING)
    from_seq = models.BigIntegerField(_("first message"))
    first_due_at = models.DateTimeField(_("first due"))
    due_at = models.DateTimeField(_("due"))
    locked_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    dialog_version = models.BigIntegerField(_("dialog version"), null=True, blank=True)
    stop_requested = models.BooleanField(_("stop requested"), default=False)
    partial_text = models.TextField(_("text so far"), blank=True)
    outcome = models.CharField(_("outcome"), max_length=64, blank=True)
    message = models.ForeignKey(DialogMessage, models.SET_NULL, related_name="+", null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        db_table = "answer_runs"
        verbose_name = _("answer run")
        verbose_name_plural = _("answer runs")
        constraints = [
            models.UniqueConstraint(
                fields=["dialog"], condition=Q(status__in=["pending", "running"]), name="uq_answer_runs_dialog_open"
            ),
            enum_check("ck_answer_runs_status", "status", RunStatus),
            models.CheckConstraint(condition=Q(attempts__gte=0, from_seq__gte=1), name="ck_answer_runs_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.dialog_id} · {self.get_status_display()}"

    @classmethod
    def begin(cls, dialog: Dialog, *, from_seq: int, at: datetime, due_at: datetime) -> "AnswerRun | None":
        """Make an answer due, unless one is open."""
        facts = {
            "uuid": new_uuid(),
            "tenant": dialog.tenant_id,
            "dialog": dialog.pk,
            "seq": from_seq,
            "at": at,
            "due": due_at,
        }
        return next(iter(cls.objects.raw(BEGIN, facts)), None)

    @classmethod
    def take(cls, pk: int, *, at: datetime) -> "AnswerRun | None":
        """Take the lease of a due run and return it with its dialog, or None: not due yet, or somebody else's."""
        run = next(iter(cls.objects.raw(TAKE, {"id": pk, "at": at, "until": at + LEASE})), None)
        if run:
            run.dialog = Dialog.objects.select_related("assistant", "tenant").get(pk=run.dialog_id)
        return run

    def renew(self, *, at: datetime, text: str) -> bool:
        """Prolong the lease and keep what was said so far; return whether to go on."""
        return bool(
            AnswerRun.objects.filter(pk=self.pk, status=RunStatus.RUNNING, attempts=self.attempts).update(
                locked_until=at + LEASE, partial_text=text
            )
        )

    @property
    def outcome_words(self) -> str:
        """Say how it ended."""
        return RunOutcome.words(self.outcome)

    def finish(self, status: RunStatus, *, at: datetime, outcome: str, message: DialogMessage | None = None) -> bool:
        """End the run once; return whether it was still this worker's."""
        self.status, self.outcome = status, outcome
        return bool(
            AnswerRun.objects.filter(pk=self.pk, status=RunStatus.RUNNING, attempts=self.attempts).update(
                status=status, outcome=outcome, message=message, finished_at=at, locked_until=None
            )
        )
