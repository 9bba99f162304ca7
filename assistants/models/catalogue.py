"""The models that exist, what they cost and how they differ, as data."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assistants.enums import Currency, ModelKind, Provider
from config.db import Timestamped, enum_check

MILLION = Decimal(1_000_000)


def price_field(verbose_name: Any) -> "models.DecimalField[Decimal | None, Decimal | None]":
    """Return a provider's price per million tokens; none means unknown."""
    return models.DecimalField(verbose_name, max_digits=14, decimal_places=6, null=True, blank=True)


class AiModelQuerySet(models.QuerySet["AiModel"]):
    """Models in the catalogue."""

    def running(self, *, on: date) -> Self:
        """Keep those that their provider has not shut down by ``on``."""
        return self.filter(Q(shutdown_on=None) | Q(shutdown_on__gt=on))

    def of_kind(self, kind: ModelKind) -> Self:
        """Keep chat or embedding models."""
        return self.filter(kind=kind)


class AiModel(Timestamped):
    """One model of one provider."""

    provider = models.CharField(_("provider"), max_length=32, choices=Provider)
    name = models.CharField(_("name"), max_length=128)
    kind = models.CharField(_("kind"), max_length=16, choices=ModelKind)
    display_name = models.CharField(_("shown as"), max_length=255, blank=True)
    context_length = models.IntegerField(_("context, tokens"), null=True, blank=True)
    dims = models.IntegerField(_("dimensions"), null=True, blank=True)
    price_input = price_field(_("price in"))
    price_cached = price_field(_("price in, cached"))
    price_output = price_field(_("price out"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.USD)
    surcharges = models.JSONField(
        _("surcharges"),
        default=list,
        blank=True,
        help_text=_("When the price is multiplied: peak hours, long prompts."),
    )
    request_options = models.JSONField(
        _("request options"), default=dict, blank=True, help_text=_("What this model wants in each request.")
    )
    query_prefix = models.CharField(_("query prefix"), max_length=64, blank=True)
    document_prefix = models.CharField(_("document prefix"), max_length=64, blank=True)
    retrieval_threshold = models.FloatField(_("retrieval threshold"), null=True, blank=True)
    language_probe = models.JSONField(
        _("language probe"),
        default=dict,
        blank=True,
        help_text=_("By language: does it retrieve well, and how that is known."),
    )
    is_semantic = models.BooleanField(_("semantic"), default=True)
    is_default = models.BooleanField(_("default of its provider"), default=False)
    shutdown_on = models.DateField(_("shut down on"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)

    objects = AiModelQuerySet.as_manager()

    class Meta:
        db_table = "ai_models"
        verbose_name = _("model")
        verbose_name_plural = _("models")
        constraints = [
            models.UniqueConstraint(fields=["provider", "name"], name="uq_ai_models_provider_name"),
            models.UniqueConstraint(
                fields=["provider", "kind"], condition=Q(is_default=True), name="uq_ai_models_provider_kind_default"
            ),
            enum_check("ck_ai_models_provider", "provider", Provider),
            enum_check("ck_ai_models_kind", "kind", ModelKind),
            enum_check("ck_ai_models_currency", "currency", Currency),
            models.CheckConstraint(
                condition=(Q(price_input=None) | Q(price_input__gte=0))
                & (Q(price_cached=None) | Q(price_cached__gte=0))
                & (Q(price_output=None) | Q(price_output__gte=0)),
                name="ck_ai_models_prices",
            ),
            models.CheckConstraint(
                condition=(Q(context_length=None) | Q(context_length__gt=0)) & (Q(dims=None) | Q(dims__gt=0)),
                name="ck_ai_models_sizes",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.name

    def runs(self, *, on: date) -> bool:
        """Say whether its provider still runs it."""
        return self.shutdown_on is None or self.shutdown_on > on

    def speaks(self, language_code: str) -> bool:
        """Say whether this embedding model is known to retrieve well in a language."""
        return self.is_semantic and bool(self.language_probe.get(language_code[:2], {}).get("passes"))

    def cost(
        self, *, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0, at: datetime
    ) -> Decimal | None:
        """Return what a call costs in this model's currency, or none when its price is unknown."""
        if self.price_input is None:
            return None
        cached_price = self.price_input if self.price_cached is None else self.price_cached
        inward = (prompt_tokens - cached_tokens) * self.price_input + cached_tokens * cached_price
        outward = completion_tokens * (self.price_output or Decimal(0))
        for surcharge in self.surcharges:
            if applies(surcharge, prompt_tokens=prompt_tokens, at=at):
                inward *= Decimal(str(surcharge.get("input", 1)))
                outward *= Decimal(str(surcharge.get("output", 1)))
        return (inward + outward) / MILLION


def applies(surcharge: dict[str, object], *, prompt_tokens: int, at: datetime) -> bool:
    """Say whether a surcharge holds for a prompt of this size at this (UTC) moment."""
    above = surcharge.get("prompt_tokens_above")
    if isinstance(above, int) and prompt_tokens <= above:
        return False
    weekdays = surcharge.get("weekdays")
    if isinstance(weekdays, list) and at.weekday() not in weekdays:
        return False
    hours = surcharge.get("hours_utc")
    return not isinstance(hours, list) or any(start <= at.hour < end for start, end in hours)
