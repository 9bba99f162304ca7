"""What each call of a model used."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet
from assistants.enums import Currency, Provider, RequestType
from assistants.models.assistant import Assistant
from assistants.models.pool import AiTokenPool
from config.db import Created, enum_check


class UsageQuerySet(OwnedQuerySet["AiTokenUsage"]):
    """Calls of models."""

    def successful(self) -> Self:
        """Keep calls that brought an answer."""
        return self.filter(success=True)

    def since(self, moment: datetime) -> Self:
        """Keep calls made at ``moment`` or later."""
        return self.filter(created_at__gte=moment)


class AiTokenUsage(Owned, Created):
    """One attempt at a model, successful or not: a fact, never changed."""

    token = models.ForeignKey(
        AiTokenPool, models.SET_NULL, related_name="usage", null=True, blank=True, verbose_name=_("pool key")
    )
    assistant = models.ForeignKey(
        Assistant, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("assistant")
    )
    key_name = models.CharField(_("key"), max_length=255)
    provider = models.CharField(_("provider"), max_length=32, choices=Provider)
    model_used = models.CharField(_("model"), max_length=128)
    request_type = models.CharField(_("request"), max_length=16, choices=RequestType, default=RequestType.CHAT)
    prompt_tokens = models.IntegerField(_("prompt tokens"), default=0)
    completion_tokens = models.IntegerField(_("completion tokens"), default=0)
    cached_tokens = models.IntegerField(_("cached tokens"), default=0)
    total_tokens = models.IntegerField(_("tokens"), default=0)
    is_estimated = models.BooleanField(_("estimated"), default=False)
    response_time = models.FloatField(_("seconds"), default=0)
    first_token_time = models.FloatField(_("seconds to the first word"), null=True, blank=True)
    success = models.BooleanField(_("success"), default=True)
    stopped = models.BooleanField(_("stopped by us"), default=False)
    error_code = models.CharField(_("error code"), max_length=64, blank=True)
    error_message = models.TextField(_("error"), blank=True)
    request_id = models.CharField(_("provider's request id"), max_length=128, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=18, decimal_places=9, null=True, blank=True)
    cost_currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.USD)
    fx_rate = models.DecimalField(_("roubles per unit"), max_digits=18, decimal_places=6, null=True, blank=True)

    objects = UsageQuerySet.as_manager()

    class Meta:
        db_table = "ai_token_usage"
        verbose_name = _("model call")
        verbose_name_plural = _("model calls")
        constraints = [
            enum_check("ck_ai_token_usage_provider", "provider", Provider),
            enum_check("ck_ai_token_usage_request_type", "request_type", RequestType),
            enum_check("ck_ai_token_usage_cost_currency", "cost_currency", Currency),
            models.CheckConstraint(
                condition=Q(prompt_tokens__gte=0, completion_tokens__gte=0, cached_tokens__gte=0, total_tokens__gte=0),
                name="ck_ai_token_usage_tokens",
            ),
            models.CheckConstraint(
                condition=Q(response_time__gte=0)
                & (Q(cost=None) | Q(cost__gte=0))
                & (Q(fx_rate=None) | Q(fx_rate__gt=0)),
                name="ck_ai_token_usage_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_used} · {self.total_tokens}"
