"""Small amounts of money, as receipts show them."""

from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django import template
from django.utils import formats
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

KOPECKS: Final = 2
FINEST: Final = 6


@register.filter
def roubles(amount: Any) -> SafeString | str:
    """Show an amount with kopecks, and with as many more digits as it takes: one answer may cost 0.001 ₽."""
    try:
        value = Decimal(str(amount)).quantize(Decimal(1).scaleb(-FINEST)).normalize()
    except InvalidOperation:
        return ""
    digits = max(KOPECKS, -int(value.as_tuple().exponent))
    number = formats.number_format(value, decimal_pos=digits, use_l10n=True, force_grouping=True)
    return mark_safe(f"{number}\u00a0₽")  # noqa: S308 -- a formatted number
