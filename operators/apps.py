"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperatorsConfig(AppConfig):
    """See DESIGN: what operators owns."""

    name = "operators"
    verbose_name = _("Operators")
