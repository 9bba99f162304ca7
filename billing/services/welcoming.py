"""The welcome bonus."""

from datetime import datetime
from decimal import Decimal
from typing import cast

from accounts.enums import SettingCategory
from accounts.models import Tenant, User
from accounts.services import setting
from billing.enums import TransactionType
from billing.services.crediting import top_up


def welcome(tenant: Tenant, user: User, at: datetime) -> Decimal | None:
    """Credit the bonus of a new seller inside the caller's transaction; return it, or nothing when there is none.

    The person's own key keeps it from being given twice, whatever becomes of the mark on the person.
    """
    amount = cast("Decimal", setting(SettingCategory.GENERAL, "welcome_bonus"))
    if amount <= 0:
        return None
    top_up(
        tenant,
        amount=amount,
        key=f"welcome:{user.uuid}",
        at=at,
        transaction_type=TransactionType.BONUS,
        description="Приветственный бонус",
    )
    return amount
