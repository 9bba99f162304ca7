"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    """See DESIGN: what knowledge owns."""

    name = "knowledge"
    verbose_name = _("Knowledge")

    def ready(self) -> None:
        """Put what waits for the seller on the home page."""
        from accounts.ports import show_on_home  # noqa: PLC0415 -- leaf
        from knowledge import home  # noqa: PLC0415 -- leaf

        for order, card in enumerate(home.CARDS, start=20):
            show_on_home(card, order=order)
