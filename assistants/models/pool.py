"""The keys the system thinks with, and how each of them is doing."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts import secrets
from assistants.enums import ParkedReason, Provider
from config.db import Public, Timestamped, enum_check

MAX_ERRORS: Final = 5
BREAKER_OPEN: Final = timedelta(seconds=30)

K = TypeVar("K", bound="Key")


class KeyQuerySet(models.QuerySet[K]):
    """Keys, whose health moves by single UPDATEs so that rivals cannot lose each other's news."""

    def healthy(self, *, at: datetime) -> Self:
        """Keep keys that are neither parked nor cooling down nor broken.

        A key with five errors in a row is broken; when its rest is over, one
        call may try it (see ``probe``).
        """
        rested = Q(cooldown_until=None, error_count__lt=MAX_ERRORS) | Q(cooldown_until__lte=at)
        return self.filter(rested, parked_reason="")

    def probe(self, *, at: datetime) -> dict[str, Any]:
        """Return the update that lets one caller, not a crowd, try a broken key."""
        return {
            "cooldown_until": Case(
                When(error_count__gte=MAX_ERRORS, then=Value(at + BREAKER_OPEN)), default=F("cooldown_until")
            )
        }

    def cool_down(self, *, until: datetime) -> int:
        """Rest these keys until ``until``, or longer if they already do."""
        later = Q(cooldown_until=None) | Q(cooldown_until__lt=until)
        return self.filter(later).update(cooldown_until=until)

    def park(self, reason: ParkedReason, *, message: str, at: datetime) -> int:
        """Take these keys out until a person acts; of two rivals one gets a 1."""
        return self.filter(parked_reason="").update(
            parked_reason=reason, parked_at=at, last_error=at, last_error_message=message
        )

    def unpark(self) -> int:
        """Put these keys back to work."""
        return self.update(parked_reason="", parked_at=None, error_count=0, cooldown_until=None)

    def record_failure(self, *, message: str, at: datetime) -> int:
        """Count an error; the fifth in a row opens the breaker."""
        return self.update(
            error_count=F("error_count") + 1,
            last_error=at,
            last_error_message=message,
            cooldown_until=Case(
                When(error_count__gte=MAX_ERRORS - 1, then=Value(at + BREAKER_OPEN)), default=F("cooldown_until")
            ),
        )

    def record_success(self, *, at: datetime) -> int:
        """Forget errors in a row."""
        return self.filter(error_count__gt=0).update(error_count=0, cooldown_until=None)


class Key(models.Model):
    """What is known about the health of any way to a model."""

    error_count = models.IntegerField(_("errors in a row"), default=0)
    cooldown_until = models.DateTimeField(_("resting until"), null=True, blank=True)
    parked_reason = models.CharField(_("parked because"), max_length=32, choices=ParkedReason, blank=True, default="")
    parked_at = models.DateTimeField(_("parked at"), null=True, blank=True)
    last_error = models.DateTimeField(_("last error at"), null=True, blank=True)
    last_error_message = models.TextField(_("last error"), blank=True, default="")

    class Meta:
        abstract = True

    @property
    def is_broken(self) -> bool:
        """Say whether too many calls in a row failed."""
        return self.error_count >= MAX_ERRORS

    def is_healthy(self, *, at: datetime) -> bool:
        """Say of a row already read what ``KeyQuerySet.healthy`` asks the database."""
        is_rested = self.cooldown_until <= at if self.cooldown_until else not self.is_broken
        return is_rested and not self.parked_reason


class PoolQuerySet(KeyQuerySet["AiTokenPool"]):
    """Keys of the pool."""

    def under_limits(self, *, at: datetime) -> Self:
        """Keep keys with calls left, counting from zero when a new day or month has begun."""
        day, month = day_of(at), month_of(at)
        return self.filter(
            Q(last_reset_daily__lt=day, daily_limit__gt=0) | Q(current_daily_usage__lt=F("daily_limit")),
            Q(last_reset_monthly__lt=month, monthly_limit__gt=0) | Q(current_monthly_usage__lt=F("monthly_limit")),
        )

    def eligible(self, *, at: datetime) -> Self:
        """Keep keys that may be used now."""
        return self.filter(is_active=True).healthy(at=at).under_limits(at=at)

    def claim(self, *, at: datetime) -> int:
        """Count one call on this key if it is still eligible; returns 1 for a claim, 0 for a refusal.

        Resets need no timer: the UPDATE compares the day and month it writes with those it finds.
        """
        day, month = day_of(at), month_of(at)
        return self.eligible(at=at).update(
            current_daily_usage=Case(
                When(last_reset_daily__lt=day, then=Value(1)), default=F("current_daily_usage") + 1
            ),
            current_monthly_usage=Case(
                When(last_reset_monthly__lt=month, then=Value(1)), default=F("current_monthly_usage") + 1
            ),
            last_reset_daily=Case(When(last_reset_daily__lt=day, then=Value(day)), default=F("last_reset_daily")),
            last_reset_monthly=Case(
                When(last_reset_monthly__lt=month, then=Value(month)), default=F("last_reset_monthly")
            ),
            last_used=at,
            **self.probe(at=at),
        )


class AiTokenPool(Public, Key, Timestamped):
    """One of our own API keys, shared by all tenants."""

    name = models.CharField(_("name"), max_length=255)
    provider = models.CharField(_("provider"), max_length=32, choices=Provider, default=Provider.OPENAI)
    base_url = models.URLField(_("address"), max_length=500, blank=True, help_text=_("Empty: the provider's own."))
    token_encrypted = models.BinaryField(_("key"), editable=False)
    token_fingerprint = models.CharField(_("fingerprint"), max_length=64, unique=True, editable=False)
    token_last4 = models.CharField(_("ends in"), max_length=4, blank=True, editable=False)
    model_access = ArrayField(
        models.CharField(max_length=128),
        default=list,
        blank=True,
        verbose_name=_("models"),
        help_text=_("Models this key may use; none named means all of its provider."),
    )
    daily_limit = models.IntegerField(_("calls per day"), default=10_000)
    monthly_limit = models.IntegerField(_("calls per month"), default=300_000)
    current_daily_usage = models.IntegerField(_("calls today"), default=0, editable=False)
    current_monthly_usage = models.IntegerField(_("calls this month"), default=0, editable=False)
    priority = models.SmallIntegerField(_("priority"), default=1, help_text=_("1 is used first, 10 last."))
    is_active = models.BooleanField(_("active"), default=True)
    last_reset_daily = models.DateTimeField(_("day began"), db_default=Now(), editable=False)
    last_reset_monthly = models.DateTimeField(_("month began"), db_default=Now(), editable=False)
    last_used = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    notes = models.TextField(_("notes"), blank=True)

    objects = PoolQuerySet.as_manager()

    class Meta:
        db_table = "ai_token_pool"
        verbose_name = _("pool key")
        verbose_name_plural = _("pool keys")
        constraints = [
            enum_check("ck_ai_token_pool_provider", "provider", Provider),
            models.CheckConstraint(
                condition=Q(parked_reason__in=["", *ParkedReason.values]), name="ck_ai_token_pool_parked_reason"
            ),
            models.CheckConstraint(condition=Q(priority__gte=1, priority__lte=10), name="ck_ai_token_pool_priority"),
            models.CheckConstraint(
                condition=Q(daily_limit__gte=0, monthly_limit__gte=0, error_count__gte=0),
                name="ck_ai_token_pool_counts",
            ),
            models.CheckConstraint(
                condition=Q(current_daily_usage__gte=0, current_monthly_usage__gte=0),
                name="ck_ai_token_pool_usage",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def used_today(self, *, at: datetime) -> int:
        """Return the calls of this moment's day."""
        return self.current_daily_usage if self.last_reset_daily >= day_of(at) else 0

    def used_this_month(self, *, at: datetime) -> int:
        """Return the calls of this moment's month."""
        return self.current_monthly_usage if self.last_reset_monthly >= month_of(at) else 0

    def is_eligible(self, *, at: datetime) -> bool:
        """Say of a row already read what ``PoolQuerySet.eligible`` asks the database."""
        has_calls_left = self.used_today(at=at) < self.daily_limit and self.used_this_month(at=at) < self.monthly_limit
        return self.is_active and has_calls_left and self.is_healthy(at=at)

    def turn(self, *, at: datetime) -> tuple[int, float, datetime, int]:
        """Return what keys are sorted by: priority, 1 first, then the least loaded today, then the longest idle."""
        load = self.used_today(at=at) / self.daily_limit if self.daily_limit else math.inf
        return self.priority, load, self.last_used or datetime.min.replace(tzinfo=UTC), self.pk

    def seal_token(self, token: str) -> None:
        """Put ``token`` on this row, encrypted; the caller saves."""
        self.token_encrypted = secrets.encrypt(token, context=secrets.context_of(self, "token_encrypted"))
        self.token_fingerprint = secrets.fingerprint(token)
        self.token_last4 = secrets.masked(token).removeprefix("…")

    def open_token(self) -> str:
        """Return the key in clear."""
        return secrets.decrypt(self.token_encrypted, context=secrets.context_of(self, "token_encrypted"))


class AiRoute(Key, Timestamped):
    """The health of a way to a model outside the pool: a tenant's own key, the environment's, the embedded server."""

    key = models.CharField(_("route"), max_length=64, unique=True)

    objects = KeyQuerySet.as_manager()

    class Meta:
        db_table = "ai_routes"
        verbose_name = _("model route")
        verbose_name_plural = _("model routes")
        constraints = [
            models.CheckConstraint(
                condition=Q(parked_reason__in=["", *ParkedReason.values]), name="ck_ai_routes_parked_reason"
            ),
            models.CheckConstraint(condition=Q(error_count__gte=0), name="ck_ai_routes_counts"),
        ]

    def __str__(self) -> str:
        return self.key


def day_of(at: datetime) -> datetime:
    """Return the beginning of this moment's day in UTC, as providers count."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def month_of(at: datetime) -> datetime:
    """Return the beginning of this moment's month in UTC."""
    return day_of(at).replace(day=1)
