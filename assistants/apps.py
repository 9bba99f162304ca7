"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssistantsConfig(AppConfig):
    """See DESIGN: what assistants owns."""

    name = "assistants"
    verbose_name = _("Assistants")
