"""Named plans of reminders."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Public, Timestamped

USUAL_STEPS: Final = 3
OPENS, CLOSES = 10, 17
LAST_HOUR: Final = 24


class SequenceTemplate(Public, Owned, Timestamped):
    """What reminders say, on which day, at which hours, and what starts and ends them.

    ``steps`` is a list of ``{day, text}``; day 1 is the first day the hours allow.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    name = models.CharField(_("name"), max_length=100)
    steps = models.JSONField(_("steps"), default=list)
    trigger_phrase = models.CharField(
        _("phrase that starts it"),
        max_length=300,
        blank=True,
        help_text=_("When the seller's message contains it, the reminders start by themselves."),
    )
    stop_message = models.CharField(
        _("phrase that stops it"),
        max_length=300,
        blank=True,
        help_text=_("When the seller's message contains it, no further reminder is sent."),
    )
    hour_from = models.SmallIntegerField(_("not before, hour"), default=OPENS, validators=[MinValueValidator(0)])
    hour_to = models.SmallIntegerField(_("before, hour"), default=CLOSES, validators=[MaxValueValidator(LAST_HOUR)])
    is_active = models.BooleanField(_("in use"), default=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "sequence_templates"
        verbose_name = _("template of reminders")
        verbose_name_plural = _("templates of reminders")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="uq_sequence_templates_name"),
            models.CheckConstraint(
                condition=Q(hour_from__gte=0, hour_to__lte=LAST_HOUR, hour_from__lt=F("hour_to")),
                name="ck_sequence_templates_hours",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """Return how its sequences are marked."""
        return f"template:{self.pk}"

    @property
    def texts(self) -> list[dict[str, Any]]:
        """Return the steps in the order of their days."""
        return sorted(self.steps, key=lambda step: int(step["day"]))

    def zone(self) -> ZoneInfo:
        """Return the seller's time zone."""
        return ZoneInfo(self.tenant.timezone)

    def is_open(self, at: datetime) -> bool:
        """Say whether reminders go out at this hour."""
        return self.hour_from <= at.astimezone(self.zone()).hour < self.hour_to
