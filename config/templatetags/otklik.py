"""Template tags of the design system."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from babel.dates import format_timedelta
from django import template
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

KOPECKS: Final = 2
NARROW_SPACE: Final = "\N{NARROW NO-BREAK SPACE}"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Show an icon of ``otklik/icons.svg``: decoration, or an image called ``label``."""
    address = f"{static('otklik/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, address)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', address)


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """Return the page's query string with some parameters changed; ``None`` removes one."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}" if parameters else "?"


@register.filter
def initials(name: object) -> str:
    """Return one or two letters that stand for a name."""
    words = [word for word in str(name).split("@")[0].split() if word[:1].isalnum()]
    return "".join(word[0] for word in words[:2]) or "·"


@register.filter
def roubles(amount: Decimal | int | None, sign: str = "") -> str:
    """Return an amount as people read it: kopecks, and all digits of what is below one rouble.

    Args:
        amount: Roubles; nothing gives a dash.
        sign: ``"+"`` also marks what comes in.
    """
    if amount is None:
        return "–"
    size = abs(Decimal(amount))
    places = max(KOPECKS, -int(size.normalize().as_tuple().exponent)) if 0 < size < 1 else KOPECKS
    text = number_format(round_half_up(size, places), decimal_pos=places, use_l10n=True, force_grouping=True)
    mark = "−" if amount < 0 else sign if amount > 0 else ""
    return f"{mark}{text}{NARROW_SPACE}₽"


@register.filter
def spoken(time: timedelta | None) -> str:
    """Return a length of time in the reader's words, in its largest unit; nothing gives nothing."""
    if time is None:
        return ""
    return format_timedelta(time, granularity="second", threshold=1.5, format="short", locale=get_language() or "ru")


def round_half_up(size: Decimal, places: int) -> Decimal:
    """Round as people do: a half goes up."""
    return size.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
