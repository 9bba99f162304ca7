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


class TrainingDataset(Public, Owned, Timestamped):
    """A named collection of examples."""

    assistant = models.ForeignKey(
        Assistant, models.SET_NULL, related_name="datasets", null=True, blank=True, verbose_name=_("assistant")
    )
    name = models.CharField(_("name"), max_length=255)
    description = models.TextField(_("description"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "training_datasets"
        verbose_name = _("training dataset")
        verbose_name_plural = _("training datasets")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="uq_training_datasets_tenant_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ExampleQuerySet(OwnedQuerySet["TrainingExample"]):
    """Training examples."""

    def approved(self) -> Self:
        """Keep those a person vouches for."""
        return self.filter(status=ExampleStatus.APPROVED)


class TrainingExample(Public, Owned, Timestamped):
    """What a customer wrote and what the answer should be."""

    dataset = models.ForeignKey(TrainingDataset, models.CASCADE, related_name="examples", verbose_name=_("dataset"))
    input_text = models.TextField(_("question"))
    expected_output = models.TextField(_("right answer"))
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
        ]

    def __str__(self) -> str:
        return self.input_text[:80]
