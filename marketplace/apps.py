"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MarketplaceConfig(AppConfig):
    """See DESIGN: what marketplace owns."""

    name = "marketplace"
    verbose_name = _("Marketplace")

    def ready(self) -> None:
        """Hear what syncs bring, and show what needs a decision on the home page."""
        from accounts.ports import ask_on_home, search_in  # noqa: PLC0415 -- leaf: models must be loaded first
        from marketplace import home, receivers, searching  # noqa: F401, PLC0415 -- leaf

        ask_on_home(home.decisions, order=30)
        for order, searched in enumerate(searching.SEARCHED, start=30):
            search_in(searched, order=order)
