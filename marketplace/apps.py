"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MarketplaceConfig(AppConfig):
    """See DESIGN: what marketplace owns."""

    name = "marketplace"
    verbose_name = _("Marketplace")

    def ready(self) -> None:
        """Hear what syncs bring, and show what needs a decision on the home page."""
        from accounts.ports import ask_on_home  # noqa: PLC0415 -- leaf: models must be loaded first
        from billing.ports import name_channels  # noqa: PLC0415 -- leaf
        from marketplace import home, receivers  # noqa: F401, PLC0415 -- leaf

        name_channels({"wildberries": "Wildberries"})
        ask_on_home(home.decisions, order=30)
