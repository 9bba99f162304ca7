"""Filters of reviews that a workspace keeps under names."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from accounts.models import Tenant, User
from marketplace.errors import TooManyFilters
from marketplace.models import SavedFilter
from marketplace.models.bulk import MOST_FILTERS


def keep(tenant: Tenant, *, name: str, query: Mapping[str, str], by: User | None) -> SavedFilter:
    """Keep a filter; one of the same name is overwritten.

    Raises:
        TooManyFilters: there are as many as there may be.
    """
    rows = SavedFilter.objects.of(tenant)
    with transaction.atomic():
        known = rows.filter(name=name).first()
        if known is None and rows.count() >= MOST_FILTERS:
            raise TooManyFilters(limit=MOST_FILTERS)
        try:
            with transaction.atomic():
                values = {"query": dict(query), "created_by": by}
                return SavedFilter.objects.update_or_create(tenant=tenant, name=name, defaults=values)[0]
        except IntegrityError:  # somebody kept one of this name in this very moment
            return rows.get(name=name)
