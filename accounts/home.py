"""What accounts show on the dashboard's home page."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import IntegrationStatus
from accounts.models import Integration, Tenant, WebhookEndpoint
from accounts.ports import Decision


def decisions(tenant: Tenant, *, at: datetime) -> Iterator[Decision]:
    """Return the connections to the world outside that somebody has to mend."""
    broken = (IntegrationStatus.ERROR, IntegrationStatus.REAUTH_REQUIRED)
    yield Decision(
        count=Integration.objects.of(tenant).filter(status__in=broken).count(),
        label=_("Integrations that do not work"),
        icon="plug",
        url=reverse("integrations"),
        tone="danger",
    )
    yield Decision(
        count=WebhookEndpoint.objects.of(tenant).exclude(switched_off="").count(),
        label=_("Webhooks that were switched off"),
        icon="code",
        url=reverse("webhooks"),
        tone="danger",
    )
