"""Noticing on which websites a widget stands."""

from datetime import datetime
from typing import Final

from django.core.cache import cache

from assistants.models import Assistant
from dialogs import origins
from dialogs.models import WidgetSighting

NOTED_EVERY_SECONDS: Final = 60


def note_sighting(assistant: Assistant, *, origin: str, at: datetime) -> None:
    """Note that a page of ``origin`` asked for the widget: once a minute, however many visitors it has."""
    if not origin or origins.origin_of(origin) != origin:
        return
    if not cache.add(f"widget-seen:{assistant.pk}:{origin}", 1, timeout=NOTED_EVERY_SECONDS):
        return
    WidgetSighting.objects.note(
        tenant_id=assistant.tenant_id,
        assistant_id=assistant.pk,
        origin=origin,
        is_allowed=origins.may_show(assistant, origin),
        at=at,
    )
