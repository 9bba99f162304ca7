"""Application configuration."""

from functools import partial

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class MarketplaceConfig(AppConfig):
    """See DESIGN: what marketplace owns."""

    name = "marketplace"
    verbose_name = _("Marketplace")

    def ready(self) -> None:
        """Hear what syncs bring, and show what needs a decision on the home page."""
        # leaf: models must be loaded first
        from accounts.ports import Fulfilment, ask_on_home, fulfil, hold_files, search_in  # noqa: PLC0415 -- leaf
        from marketplace import connecting, home, receivers, searching  # noqa: F401, PLC0415 -- leaf
        from marketplace.services import keeping  # noqa: PLC0415 -- leaf

        hold_files(keeping.files_of)
        ask_on_home(home.decisions, order=30)
        fulfil(
            "wildberries",
            Fulfilment(connect_url=partial(reverse, "connect_store"), url_of=connecting.url_of, sync=connecting.sync),
        )
        for order, searched in enumerate(searching.SEARCHED, start=30):
            search_in(searched, order=order)
