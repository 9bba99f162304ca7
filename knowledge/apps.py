"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    """See DESIGN: what knowledge owns."""

    name = "knowledge"
    verbose_name = _("Knowledge")
