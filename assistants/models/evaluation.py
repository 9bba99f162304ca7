"""Runs of a dataset against a version of an assistant, and how each example went."""

from datetime import datetime, timedelta
from typing import Final, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet
from assistants.enums import Currency, EvaluationStatus, Outcome
from assistants.models.assistant import Assistant, AssistantVersion
from assistants.models.training import TrainingDataset, TrainingExample
from config.db import Created, Public, Timestamped, enum_check, money

LEASE: Final = timedelta(seconds=150)  # longer than one example can take, its judge included
UNFINISHED: Final = (EvaluationStatus.QUEUED, EvaluationStatus.RUNNING)


class EvaluationRunQuerySet(OwnedQuerySet["EvaluationRun"]):
    """Runs of datasets."""

    def unfinished(self) -> Self:
        """Keep runs that wait or are being worked on."""
        return self.filter(status__in=UNFINISHED)

    def lost(self, *, at: datetime) -> Self:
        """Keep unfinished runs that nobody works on: the lease ran out or the hint never arrived."""
        return self.unfinished().filter(Q(locked_until__lt=at) | Q(locked_until=None, updated_at__lt=at - LEASE / 5))

    def finished(self) -> Self:
        """Keep runs that went through all of their examples."""
        return self.filter(status=EvaluationStatus.DONE)


class EvaluationRun(Public, Owned, Timestamped):
    """One dataset put to one version of an assistant, with the knowledge of that moment."""

    dataset = models.ForeignKey(TrainingDataset, models.CASCADE, related_name="runs", verbose_name=_("dataset"))
    assistant = models.ForeignKey(
        Assistant, models.CASCADE, related_name="evaluation_runs", verbose_name=_("assistant")
    )
    version = models.ForeignKey(AssistantVersion, models.CASCADE, related_name="runs", verbose_name=_("version"))
    knowledge_version = models.BigIntegerField(_("knowledge version"), default=1)
    example_ids = ArrayField(models.BigIntegerField(), default=list, editable=False)
    examples_digest = models.CharField(_("digest of the examples"), max_length=64, editable=False)
    use_judge = models.BooleanField(_("a model judges as well"), default=False)
    status = models.CharField(_("status"), max_length=16, choices=EvaluationStatus, default=EvaluationStatus.QUEUED)
    total = models.IntegerField(_("examples"), default=0)
    done_count = models.IntegerField(_("done"), default=0)
    passed_count = models.IntegerField(_("passed"), default=0)
    price = money(_("price"), default=0)
    stop_requested = models.BooleanField(_("stop requested"), default=False)
    error_code = models.CharField(_("problem"), max_length=64, blank=True)
    locked_until = models.DateTimeField(_("leased until"), null=True, blank=True, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)

    objects = EvaluationRunQuerySet.as_manager()

    class Meta:
        db_table = "evaluation_runs"
        verbose_name = _("evaluation run")
        verbose_name_plural = _("evaluation runs")
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "version"],
                condition=Q(status__in=["queued", "running"]),
                name="uq_evaluation_runs_dataset_version_open",
            ),
            enum_check("ck_evaluation_runs_status", "status", EvaluationStatus),
            models.CheckConstraint(
                condition=Q(total__gte=0, passed_count__gte=0, price__gte=0)
                & Q(done_count__gte=F("passed_count"), done_count__lte=F("total")),
                name="ck_evaluation_runs_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} · {self.version}"

    @property
    def is_finished(self) -> bool:
        """Say whether nothing more will happen to this run."""
        return self.status not in UNFINISHED

    @property
    def share(self) -> int:
        """Return how many percent of the examples passed; of what was not run none did."""
        return int(100 * self.passed_count / self.total) if self.total else 0

    @property
    def is_green(self) -> bool:
        """Say whether the run went through and enough examples passed."""
        return self.status == EvaluationStatus.DONE and self.total > 0 and self.share >= self.dataset.required_share

    def take(self, *, at: datetime) -> bool:
        """Lease this run for one worker; of two rivals only one gets it."""
        free = Q(locked_until=None) | Q(locked_until__lt=at)
        rows = EvaluationRun.objects.unfinished().filter(free, pk=self.pk)
        taken = rows.update(locked_until=at + LEASE, status=EvaluationStatus.RUNNING)
        if taken:
            EvaluationRun.objects.filter(pk=self.pk, started_at=None).update(started_at=at)
            self.refresh_from_db()
        return bool(taken)

    def renew(self, *, at: datetime) -> bool:
        """Prolong the lease; return whether it still was this worker's and nobody asked to stop."""
        held = EvaluationRun.objects.unfinished().filter(
            pk=self.pk, locked_until=self.locked_until, stop_requested=False
        )
        renewed = bool(held.update(locked_until=at + LEASE))
        if renewed:
            self.locked_until = at + LEASE
        return renewed


class EvaluationResult(Owned, Created):
    """How one example went: the answer, what each rule says of it, what it took."""

    run = models.ForeignKey(EvaluationRun, models.CASCADE, related_name="results", verbose_name=_("run"))
    example = models.ForeignKey(
        TrainingExample, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("example")
    )
    position = models.IntegerField(_("number"))
    question = models.TextField(_("question"))
    expected = models.TextField(_("right answer"), blank=True)
    answer = models.TextField(_("answer"), blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    passed = models.BooleanField(_("passed"))
    score = models.FloatField(_("score"))
    checks = models.JSONField(_("checks"), default=list)
    sources = models.JSONField(_("sources"), default=list)
    model_used = models.CharField(_("model"), max_length=128, blank=True)
    tokens = models.IntegerField(_("tokens"), default=0)
    seconds = models.FloatField(_("seconds"), default=0)
    cost = models.DecimalField(_("cost"), max_digits=18, decimal_places=9, null=True, blank=True)
    cost_currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.USD)
    price = money(_("price"), default=0)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "evaluation_results"
        verbose_name = _("evaluation result")
        verbose_name_plural = _("evaluation results")
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="uq_evaluation_results_run_position"),
            enum_check("ck_evaluation_results_outcome", "outcome", Outcome),
            enum_check("ck_evaluation_results_cost_currency", "cost_currency", Currency),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=1, seconds__gte=0, tokens__gte=0, price__gte=0)
                & (Q(cost=None) | Q(cost__gte=0)),
                name="ck_evaluation_results_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.question[:60]}"
