"""Models to choose from, as people compare them: window, price, how long they will be there."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.enums import ModelKind, Provider
from assistants.models import AiModel, Assistant

BEST: Final = gettext_lazy("The best one available")
THOUSAND: Final = 1_000
SOON: Final = timedelta(days=90)
SIGNS: Final = {"USD": "$", "EUR": "€", "RUB": "₽", "CNY": "¥"}


def model_choices(kind: ModelKind, *, chosen: str) -> list[tuple[Any, Any]]:
    """Return the models that run, grouped by provider, and the chosen one even if it does not."""
    listed = (
        AiModel.objects.of_kind(kind).exclude(provider=Provider.EMBEDDED).order_by("provider", "price_input", "name")
    )
    today = timezone.now().date()
    groups: dict[str, list[tuple[str, str]]] = {}
    names = set()
    for model in listed:
        if not model.is_retired(on=today):
            groups.setdefault(model.get_provider_display(), []).append((model.name, label_of(model)))
            names.add(model.name)
    choices: list[tuple[Any, Any]] = [("", BEST), *groups.items()]
    if chosen and chosen not in names:
        retired = next((model for model in listed if model.name == chosen), None)
        choices.insert(1, (chosen, label_of(retired) if retired else chosen))
    return choices


def label_of(model: AiModel) -> str:
    """Return a model's name with what it costs and until when it runs."""
    parts = [str(model)]
    if model.context_length:
        parts.append(_("%(count)s thousand tokens") % {"count": round(model.context_length / THOUSAND)})
    if price := price_of(model):
        parts.append(price)
    if model.shutdown_on:
        day = date_format(model.shutdown_on, "SHORT_DATE_FORMAT")
        is_over = model.is_retired(on=timezone.now().date())
        parts.append((_("retired on %(day)s") if is_over else _("until %(day)s")) % {"day": day})
    return " · ".join(parts)


def price_of(model: AiModel) -> str:
    """Return the price of a million tokens, in and out, in the provider's currency."""
    if model.price_input is None:
        return ""
    if not model.price_input and not model.price_output:
        return _("free")
    amounts = [model.price_input] + ([model.price_output] if model.price_output else [])
    return " / ".join(f"{_trimmed(amount)}" for amount in amounts) + f" {SIGNS.get(model.currency, model.currency)}"


def _trimmed(amount: Decimal) -> str:
    """Return at least two decimals, and all that say something."""
    places = max(2, -int(amount.normalize().as_tuple().exponent))
    return number_format(amount, decimal_pos=places if amount % 1 else 0)


def warnings_of(assistant: Assistant, *, on: date) -> list[tuple[str, str]]:
    """Return what a seller should know of the chosen models: which is gone or going, and what takes over."""
    chosen = [assistant.ai_model, assistant.embedding_model]
    warnings = []
    for model in AiModel.objects.filter(name__in=[name for name in chosen if name]).exclude(shutdown_on=None):
        if model.shutdown_on is None or model.shutdown_on > on + SOON:
            continue
        facts = {
            "model": model.name,
            "day": date_format(model.shutdown_on, "SHORT_DATE_FORMAT"),
            "other": model.replaced_by or _("the provider’s default"),
        }
        if model.is_retired(on=on):
            words = _("%(model)s was shut down on %(day)s; %(other)s answers instead. Choose another.")
            warnings.append(("danger", words % facts))
        else:
            words = _("%(model)s will be shut down on %(day)s; %(other)s takes over then. Better choose now.")
            warnings.append(("warn", words % facts))
    return warnings
