"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """See DESIGN: what billing owns."""

    name = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        """Show the balance on the home page; hear by whose link people come."""
        from accounts.ports import fulfilled, keep_by_law, show_on_home  # noqa: PLC0415 -- leaf: models must be loaded first
        from billing import receivers  # noqa: F401, PLC0415 -- leaf
        from billing.reports import home_card  # noqa: PLC0415 -- leaf
        from billing.services.welcoming import welcome  # noqa: PLC0415 -- leaf

        show_on_home(home_card, order=90)
        fulfilled.welcome = welcome
        keep_by_law("balances", "balance_transactions", "balance_holds", "payments", "promo_code_usage", "referrals")
        keep_by_law("balance_hours", "payment_refunds", "referral_rewards")
