"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DialogsConfig(AppConfig):
    """See DESIGN: what dialogs owns."""

    name = "dialogs"
    verbose_name = _("Dialogs")
