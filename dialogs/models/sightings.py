"""Where a widget was seen."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet

MOST_ORIGINS = 50


class SightingQuerySet(OwnedQuerySet["WidgetSighting"]):
    """Sightings."""

    def note(self, *, tenant_id: int, assistant_id: int, origin: str, is_allowed: bool, at: datetime) -> None:
        """Note that a website showed the widget; of made-up websites, no more than ``MOST_ORIGINS`` are kept."""
        facts = {"last_seen_at": at, "is_allowed": is_allowed}
        of_assistant = self.filter(tenant_id=tenant_id, assistant_id=assistant_id)
        if of_assistant.filter(origin=origin).update(**facts) or of_assistant.count() >= MOST_ORIGINS:
            return
        keys = {"tenant_id": tenant_id, "assistant_id": assistant_id, "origin": origin}
        self.get_or_create(**keys, defaults={**facts, "first_seen_at": at})


class WidgetSighting(Owned):
    """A website that shows, or tries to show, an assistant's widget."""

    assistant = models.ForeignKey("assistants.Assistant", models.CASCADE, related_name="+", verbose_name=_("assistant"))
    origin = models.CharField(_("website"), max_length=255)
    is_allowed = models.BooleanField(_("allowed"))
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))

    objects = SightingQuerySet.as_manager()

    class Meta:
        db_table = "widget_sightings"
        verbose_name = _("widget sighting")
        verbose_name_plural = _("widget sightings")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "assistant", "origin"], name="uq_widget_sightings_tenant_assistant_origin"
            ),
        ]

    def __str__(self) -> str:
        return self.origin
