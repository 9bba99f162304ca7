"""The pages of the back office, for the admin's sidebar."""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from config.admin import Page
from config.office.impersonating import impersonate
from config.office.keys import key_board
from config.office.ledger import reconciliation
from config.office.revenue import revenue
from config.office.shops import shop

PAGES: Final[Sequence[Page]] = (
    Page(
        title=_("Key pool"),
        path="key-pool/",
        name="key_board",
        icon="key",
        view=key_board,
        permission="assistants.view_aitokenpool",
    ),
    Page(
        title=_("Money reconciliation"),
        path="reconciliation/",
        name="reconciliation",
        icon="account_balance",
        view=reconciliation,
        permission="billing.view_balance",
    ),
    Page(
        title=_("Revenue and funnel"),
        path="revenue/",
        name="revenue",
        icon="monitoring",
        view=revenue,
        permission="billing.view_balancetransaction",
    ),
    Page(
        title=_("Shop"),
        path="shops/<int:pk>/",
        name="shop",
        icon="storefront",
        view=shop,
        permission="accounts.view_tenant",
        is_listed=False,
    ),
    Page(
        title=_("See with a seller’s eyes"),
        path="shops/<int:pk>/impersonate/",
        name="impersonate",
        icon="visibility",
        view=impersonate,
        permission="accounts.add_impersonation",
        is_listed=False,
    ),
)
