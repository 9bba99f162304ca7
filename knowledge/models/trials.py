"""Questions with known answers, and how well search found them over time."""

from datetime import datetime, timedelta
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet
from config.db import Created, Public, Timestamped, enum_check
from knowledge.enums import TrialStatus
from knowledge.models.chunks import KnowledgeEmbedding
from knowledge.models.documents import Document

LEASE: Final = timedelta(minutes=2)
LOST_AFTER: Final = timedelta(seconds=30)


class TrialQuestion(Public, Owned, Timestamped):
    """A question that search must find the answer to, or (``expects_nothing``) must not."""

    assistant = models.ForeignKey("assistants.Assistant", models.CASCADE, related_name="+", verbose_name=_("assistant"))
    text = models.CharField(_("question"), max_length=500)
    expects_nothing = models.BooleanField(_("the knowledge has no answer"), default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("saved by")
    )

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "knowledge_trial_questions"
        verbose_name = _("test question")
        verbose_name_plural = _("test questions")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "assistant", "text"], name="uq_knowledge_trial_questions_tenant_assistant_text"
            )
        ]

    def __str__(self) -> str:
        return self.text[:80]


class TrialExpectation(Owned):
    """Where the answer to a test question stands: a passage, or just a document.

    The passage's first words recognise it in the next version of its document.
    """

    question = models.ForeignKey(
        TrialQuestion, models.CASCADE, related_name="expectations", verbose_name=_("test question")
    )
    document = models.ForeignKey(
        Document, models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("document")
    )
    chunk = models.ForeignKey(
        KnowledgeEmbedding, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("passage")
    )
    quote = models.CharField(_("first words"), max_length=200, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "knowledge_trial_expectations"
        verbose_name = _("expected passage")
        verbose_name_plural = _("expected passages")
        constraints = [
            models.UniqueConstraint(fields=["question", "chunk"], name="uq_knowledge_trial_expectations_question_chunk")
        ]

    def __str__(self) -> str:
        return self.quote or str(self.document or "")


class TrialQuerySet(OwnedQuerySet["Trial"]):
    """Runs of all test questions."""

    def lost(self, *, at: datetime) -> Self:
        """Keep runs nobody works on."""
        forgotten = Q(locked_until=None, updated_at__lt=at - LOST_AFTER)
        return self.filter(status=TrialStatus.RUNNING).filter(forgotten | Q(locked_until__lt=at))


class Trial(Public, Owned, Timestamped):
    """All test questions of an assistant, asked at one time.

    ``hit_rate`` is the share of questions that ended as expected; ``mrr`` the
    mean of one over the place of the expected passage, nought where it is missing.
    """

    assistant = models.ForeignKey("assistants.Assistant", models.CASCADE, related_name="+", verbose_name=_("assistant"))
    status = models.CharField(_("status"), max_length=16, choices=TrialStatus, default=TrialStatus.RUNNING)
    knowledge_version = models.IntegerField(_("version of the knowledge"), default=0)
    search_model = models.CharField(_("model"), max_length=128, blank=True)
    depth = models.SmallIntegerField(_("passages looked at"), default=5)
    questions_count = models.IntegerField(_("questions"), default=0)
    right_count = models.IntegerField(_("as expected"), default=0)
    hit_rate = models.FloatField(_("hit rate"), null=True, blank=True)
    mrr = models.FloatField(_("mean reciprocal rank"), null=True, blank=True)
    milliseconds = models.FloatField(_("mean time, ms"), null=True, blank=True)
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    locked_until = models.DateTimeField(_("leased until"), null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("begun by")
    )

    objects = TrialQuerySet.as_manager()

    class Meta:
        db_table = "knowledge_trials"
        verbose_name = _("run of test questions")
        verbose_name_plural = _("runs of test questions")
        constraints = [
            models.UniqueConstraint(
                fields=["assistant"], condition=Q(status="running"), name="uq_knowledge_trials_assistant_running"
            ),
            enum_check("ck_knowledge_trials_status", "status", TrialStatus),
            models.CheckConstraint(
                condition=Q(questions_count__gte=0, right_count__gte=0, depth__gte=1, attempts__gte=0)
                & Q(right_count__lte=F("questions_count")),
                name="ck_knowledge_trials_counts",
            ),
            models.CheckConstraint(
                condition=(Q(hit_rate__isnull=True) | Q(hit_rate__range=(0, 1)))
                & (Q(mrr__isnull=True) | Q(mrr__range=(0, 1))),
                name="ck_knowledge_trials_shares",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assistant_id} · {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_running(self) -> bool:
        """Say whether it goes on."""
        return self.status == TrialStatus.RUNNING

    def take(self, *, at: datetime) -> bool:
        """Lease this run for one worker; of two rivals only one gets it."""
        free = Q(locked_until=None) | Q(locked_until__lt=at)
        rows = Trial.objects.filter(free, pk=self.pk, status=TrialStatus.RUNNING)
        return bool(rows.update(locked_until=at + LEASE, attempts=F("attempts") + 1))


class TrialResult(Owned, Created):
    """How one test question ended in one run."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="results", verbose_name=_("run"))
    question = models.ForeignKey(TrialQuestion, models.CASCADE, related_name="results", verbose_name=_("test question"))
    is_right = models.BooleanField(_("as expected"))
    rank = models.SmallIntegerField(_("place"), null=True, blank=True)
    is_enough = models.BooleanField(_("enough to answer"))
    score = models.FloatField(_("score"))
    best_title = models.CharField(_("found first"), max_length=800, blank=True)
    best_chunk = models.ForeignKey(
        KnowledgeEmbedding, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("passage")
    )
    milliseconds = models.FloatField(_("time, ms"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "knowledge_trial_results"
        verbose_name = _("result of a test question")
        verbose_name_plural = _("results of test questions")
        constraints = [
            models.UniqueConstraint(fields=["trial", "question"], name="uq_knowledge_trial_results_trial_question"),
            models.CheckConstraint(
                condition=Q(rank__isnull=True) | Q(rank__gte=1), name="ck_knowledge_trial_results_rank"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.rank or '–'}"
