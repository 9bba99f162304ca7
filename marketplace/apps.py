"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MarketplaceConfig(AppConfig):
    """See DESIGN: what marketplace owns."""

    name = "marketplace"
    verbose_name = _("Marketplace")
