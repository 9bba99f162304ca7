"""What knowledge does when something happens below."""

from typing import Any

from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils.timezone import now

from assistants.models import Assistant
from knowledge import services


@receiver(pre_save, sender=Assistant)
def move_before_the_setting_changes(sender: Any, instance: Assistant, **kwargs: Any) -> None:
    """Let a new embedding model wait until the knowledge is embedded by it; then the setting follows."""
    fields = kwargs.get("update_fields")
    if kwargs.get("raw") or instance.pk is None or (fields is not None and "embedding_model" not in fields):
        return
    stored = Assistant.objects.filter(pk=instance.pk).values_list("embedding_model", flat=True).first()
    wanted = instance.embedding_model
    if stored is not None and stored != wanted and services.follow_setting(instance, wanted=wanted, at=now()):
        instance.embedding_model = stored
