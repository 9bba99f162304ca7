"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperatorsConfig(AppConfig):
    """See DESIGN: what operators owns."""

    name = "operators"
    verbose_name = _("Operators")

    def ready(self) -> None:
        """Hear what dialogs state."""
        from operators import receivers  # noqa: F401, PLC0415 -- leaf: models must be loaded first
