"""What the pages of connections are told about Wildberries."""

from datetime import datetime

from django.urls import reverse

from accounts.models import Integration
from marketplace.services import syncing
from marketplace.services.stores import connected_store


def url_of(integration: Integration) -> str:
    """Return the page where a connection is looked after: its store's, or the list when it has none any more."""
    store = connected_store(integration)
    return reverse("store", args=[store.uuid]) if store else reverse("stores")


def sync(integration: Integration, at: datetime) -> None:
    """Sync the store behind a connection at once."""
    if store := connected_store(integration):
        syncing.sync_now(store, at=at)
