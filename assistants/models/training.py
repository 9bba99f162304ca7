"""Questions and right answers, collected to test and tune assistants."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet
from assistants.enums import ExampleStatus
from assistants.models.assistant import Assistant
from config.db import Public, Timestamped, enum_check


class DatasetQuerySet(OwnedQuerySet["TrainingDataset"]):
    """Collections of examples."""

    def for_assistant(self, assistant: Assistant) -> Self:
        """Keep those that may be run against an assistant: its own, and the tenant's common ones."""
        return self.filter(Q(assistant=assistant) | Q(assistant=None), tenant=assistant.tenant_id)

    def required(self) -> Self:
        """Keep those that a version must pass before it is published."""
        return self.filter(is_required=True)


class TrainingDataset(Public, Owned, Timestamped):
    """A named collection of examples."""

    assistant = models.ForeignKey(
        Assistant, models.SET_NULL, related_name="datasets", null=True, blank=True, verbose_name=_("assistant")
    )
    name = models.CharField(_("name"), max_length=255)
    description = models.TextField(_("description"), blank=True)
    is_required = models.BooleanField(
        _("must be passed before publishing"),
        default=False,
        help_text=_("A version of the assistant comes into force only after it has passed this set."),
    )
    required_share = models.SmallIntegerField(_("passed at, %"), default=100)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        db_table = "training_datasets"
        verbose_name = _("training dataset")
        verbose_name_plural = _("training datasets")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="uq_training_datasets_tenant_name"),
            models.CheckConstraint(
                condition=Q(required_share__gte=1, required_share__lte=100), name="ck_training_datasets_required_share"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExampleQuerySet(OwnedQuerySet["TrainingExample"]):
    """Training examples."""

    def approved(self) -> Self:
        """Keep those a person vouches for."""
        return self.filter(status=ExampleStatus.APPROVED)


class TrainingExample(Public, Owned, Timestamped):
    """What a customer wrote, what the answer should be, and by which rules an answer is judged."""

    dataset = models.ForeignKey(TrainingDataset, models.CASCADE, related_name="examples", verbose_name=_("dataset"))
    input_text = models.TextField(_("question"))
    expected_output = models.TextField(_("right answer"))
    expected_facts = models.JSONField(_("the answer names"), default=list, blank=True)
    forbidden_phrases = models.JSONField(_("the answer must not say"), default=list, blank=True)
    expected_source = models.CharField(_("stands on the document"), max_length=255, blank=True)
    must_refuse = models.BooleanField(_("must say it does not know"), default=False)
    language_code = models.CharField(_("language of the answer"), max_length=10, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=ExampleStatus, default=ExampleStatus.DRAFT)
    source_dialog_uuid = models.UUIDField(_("source dialog"), null=True, blank=True)
    source_message_seq = models.BigIntegerField(_("source message"), null=True, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    objects = ExampleQuerySet.as_manager()

    class Meta:
        db_table = "training_examples"
        verbose_name = _("training example")
        verbose_name_plural = _("training examples")
        constraints = [
            enum_check("ck_training_examples_status", "status", ExampleStatus),
            models.CheckConstraint(
                condition=~Q(status=ExampleStatus.APPROVED.value) | Q(approved_at__isnull=False),
                name="ck_training_examples_approved_at",
            ),
            models.UniqueConstraint(
                fields=["dataset", "source_dialog_uuid", "source_message_seq"],
                name="uq_training_examples_dataset_source",
            ),
        ]

    def __str__(self) -> str:
        return self.input_text[:80]
