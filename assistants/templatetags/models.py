"""Template tags of pages about models."""

from decimal import Decimal
from typing import Any, Final

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from assistants.choices import SIGNS
from assistants.door.probing import Step
from assistants.enums import Provider
from assistants.explanations import explain

register = template.Library()

FEW: Final = 10
QUICK: Final = 1.0


@register.filter
def problem(step: dict[str, Any]) -> str:
    """Say in one sentence why a step of a test did not work."""
    return explain(step["problem"], step.get("facts", {}))


@register.filter
def problem_of(step: Step) -> str:
    """Say the same of a step that was not stored."""
    return explain(step.problem, step.facts)


@register.filter
def seconds(value: float | None) -> str:
    """Return a duration as people read it."""
    if value is None:
        return "–"
    if value < QUICK:
        return _("%(count)s ms") % {"count": number_format(round(value * 1000))}
    return _("%(count)s s") % {"count": number_format(value, decimal_pos=1 if value >= FEW else 2)}


@register.filter
def cost(amount: Decimal | str | None, currency: str = "USD") -> str:
    """Return a provider's price with all digits that say something."""
    if amount in (None, ""):
        return "–"
    value = Decimal(str(amount))
    places = 2 if not value or abs(value) >= 1 else min(9, 1 - value.normalize().adjusted() + 1)
    return f"{number_format(value, decimal_pos=places)} {SIGNS.get(currency, currency)}"


@register.filter
def provider(name: str) -> str:
    """Return a provider's name."""
    return str(Provider(name).label) if name in Provider.values else name


@register.filter
def percent(share: float | None) -> str:
    """Return a share of one as a percentage."""
    return "–" if share is None else f"{round(100 * share)} %"
