"""What staff do with keys and with the catalogue."""

from datetime import datetime

from django.db import transaction

from assistants.enums import ParkedReason
from assistants.models import AiModel, AiRoute, AiTokenPool


def park_key(key: AiTokenPool, *, at: datetime) -> None:
    """Take a key out of the pool by hand."""
    AiTokenPool.objects.filter(pk=key.pk).park(ParkedReason.MANUAL, message="", at=at)


def unpark_key(key: AiTokenPool) -> None:
    """Put a key back to work with a clean record."""
    AiTokenPool.objects.filter(pk=key.pk).unpark()


def unpark_route(route: AiRoute) -> None:
    """Put a way outside the pool back to work with a clean record."""
    AiRoute.objects.filter(pk=route.pk).unpark()


@transaction.atomic
def make_default(model: AiModel) -> None:
    """Let a model answer whenever its provider is asked and none is named."""
    same = AiModel.objects.select_for_update().filter(provider=model.provider, kind=model.kind).order_by("pk")
    for other in same:
        if other.is_default and other.pk != model.pk:
            AiModel.objects.filter(pk=other.pk).update(is_default=False)
    AiModel.objects.filter(pk=model.pk).update(is_default=True)
