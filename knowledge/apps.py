"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    """See DESIGN: what knowledge owns."""

    name = "knowledge"
    verbose_name = _("Knowledge")

    def ready(self) -> None:
        """Hear of assistants that are to use another embedding model."""
        from knowledge import receivers  # noqa: F401, PLC0415 -- leaf
