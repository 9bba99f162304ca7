"""What resources of the API share."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers, viewsets


def public_id(help_text: str, **options: Any) -> "serializers.SlugRelatedField[Any]":
    """Return a field that names a related row by its uuid."""
    return serializers.SlugRelatedField(slug_field="uuid", read_only=True, help_text=help_text, **options)


class OwnedReadOnlyViewSet(viewsets.ReadOnlyModelViewSet[Any]):
    """Rows the caller may see: one by its uuid, lists of the current tenant."""

    lookup_field = "uuid"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Any]:
        """Return what the caller may see; lists keep to the current tenant."""
        owned: Any = super().get_queryset()
        rows: QuerySet[Any] = owned.visible_to(self.request.user)
        if self.action == "list":
            rows = rows.filter(tenant=self.request.tenant)  # type: ignore[attr-defined]  # set by TenantMiddleware
        return rows
