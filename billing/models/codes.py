"""Promo codes, and invitations of other shops."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from billing.enums import REWARD_MOVES, PromoType, RewardStatus
from billing.models.ledger import LIMIT, NOTHING
from config.db import Created, Public, Timestamped, enum_check, money
from config.moves import move

WHOLE = 100


class PromoCodeQuerySet(models.QuerySet["PromoCode"]):
    """Promo codes."""

    def spelled(self, text: str) -> Self:
        """Keep the code that ``text`` spells, whatever its case."""
        return self.filter(code=text.strip().upper())

    def usable(self, *, at: datetime) -> Self:
        """Keep codes that work now and are not used up."""
        return self.filter(
            Q(max_uses=None) | Q(used_count__lt=F("max_uses")),
            Q(starts_at=None) | Q(starts_at__lte=at),
            Q(expires_at=None) | Q(expires_at__gt=at),
            is_active=True,
        )


class PromoCode(Created):
    """A code that gives a sum at once, or a share of (or a sum on) the next top-up from ``min_amount``."""

    code = models.CharField(_("code"), max_length=64, unique=True)
    type = models.CharField(_("type"), max_length=16, choices=PromoType)
    value = money(_("value"), help_text=_("Percent, or roubles."))
    min_amount = money(_("top-up from, ₽"), default=NOTHING, help_text=_("A fixed sum from 0 ₽ is credited at once."))
    max_uses = models.IntegerField(_("uses at most"), null=True, blank=True)
    max_per_tenant = models.IntegerField(_("uses by one shop at most"), default=1, db_default=1)
    used_count = models.IntegerField(_("used"), default=0, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, editable=False
    )

    objects = PromoCodeQuerySet.as_manager()

    class Meta:
        db_table = "promo_codes"
        verbose_name = _("promo code")
        verbose_name_plural = _("promo codes")
        constraints = [
            enum_check("ck_promo_codes_type", "type", PromoType),
            models.CheckConstraint(condition=Q(code=Upper("code")) & ~Q(code=""), name="ck_promo_codes_code"),
            models.CheckConstraint(
                condition=Q(type=PromoType.PERCENTAGE, value__gt=0, value__lte=WHOLE)
                | Q(type=PromoType.FIXED_AMOUNT, value__gt=0, value__lt=LIMIT),
                name="ck_promo_codes_value",
            ),
            models.CheckConstraint(
                condition=Q(min_amount__gte=0, min_amount__lt=LIMIT), name="ck_promo_codes_min_amount"
            ),
            models.CheckConstraint(
                condition=Q(used_count__gte=0) & (Q(max_uses=None) | Q(max_uses__gt=0, used_count__lte=F("max_uses"))),
                name="ck_promo_codes_used_count",
            ),
            models.CheckConstraint(condition=Q(max_per_tenant__gt=0), name="ck_promo_codes_max_per_tenant"),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(expires_at=None) | Q(expires_at__gt=F("starts_at")),
                name="ck_promo_codes_period",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Spell the code in capitals; explain what the database would only refuse."""
        self.code = self.code.strip().upper()
        wrong: dict[str, Any] = {}
        if not self.code.isprintable() or " " in self.code:
            wrong["code"] = _("A code is one word.")
        if self.value is not None and not 0 < self.value <= (WHOLE if self.type == PromoType.PERCENTAGE else LIMIT):
            wrong["value"] = _("A percentage is above 0 and at most 100, a sum is above 0.")
        if self.max_uses is not None and self.max_uses < max(self.used_count, 1):
            wrong["max_uses"] = _("It has been used more often, or this is not a limit.")
        if self.max_per_tenant is not None and self.max_per_tenant < 1:
            wrong["max_per_tenant"] = _("At least one use.")
        if self.starts_at and self.expires_at and self.expires_at <= self.starts_at:
            wrong["expires_at"] = _("It expires before it starts.")
        if wrong:
            raise ValidationError(wrong)

    @property
    def is_immediate(self) -> bool:
        """Whether the code gives its sum without a top-up."""
        return self.type == PromoType.FIXED_AMOUNT and not self.min_amount


class PromoCodeUsage(Public, Owned, Created):
    """A tenant's use of a promo code, by number; without an entry it waits for the next top-up."""

    promo_code = models.ForeignKey(PromoCode, models.PROTECT, related_name="usages", verbose_name=_("promo code"))
    number = models.SmallIntegerField(_("which use"), default=1, db_default=1)
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)
    entry = models.OneToOneField(
        "billing.BalanceTransaction", models.RESTRICT, related_name="+", null=True, blank=True, verbose_name=_("entry")
    )
    payment = models.ForeignKey(
        "billing.Payment", models.RESTRICT, related_name="promo_usages", null=True, blank=True, verbose_name=_("top-up")
    )

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "promo_code_usage"
        verbose_name = _("use of a promo code")
        verbose_name_plural = _("uses of promo codes")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "promo_code", "number"], name="uq_promo_code_usage_tenant_promo_code_number"
            ),
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(entry__isnull=True), name="uq_promo_code_usage_tenant_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.promo_code} · {self.tenant}"


class ReferralCode(Public, Owned, Created):
    """A tenant's word for inviting other shops, and what it has earned."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="+", verbose_name=_("tenant"))
    code = models.CharField(_("code"), max_length=32, unique=True)
    clicks = models.IntegerField(_("opened the link"), default=0, db_default=0)
    referrals_count = models.IntegerField(_("invited"), default=0)
    total_earned = money(_("earned, ₽"), default=NOTHING)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "referral_codes"
        verbose_name = _("referral code")
        verbose_name_plural = _("referral codes")
        constraints = [
            models.CheckConstraint(
                condition=Q(clicks__gte=0, referrals_count__gte=0, total_earned__gte=0, total_earned__lt=LIMIT),
                name="ck_referral_codes_totals",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Referral(Public, Owned, Timestamped):
    """A shop that came by invitation; ``tenant`` invited it and earns on its first top-ups."""

    referral_code = models.ForeignKey(ReferralCode, models.RESTRICT, related_name="referrals", verbose_name=_("code"))
    referred_tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="+", verbose_name=_("invited shop"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "referrals"
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints = [
            models.CheckConstraint(condition=~Q(tenant=F("referred_tenant")), name="ck_referrals_not_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.referral_code} · {self.referred_tenant}"


class ReferralReward(Public, Owned, Timestamped):
    """What ``tenant`` earns by one top-up of a shop it invited; on hold until nobody takes the top-up back."""

    referral = models.ForeignKey(Referral, models.RESTRICT, related_name="rewards", verbose_name=_("referral"))
    payment = models.OneToOneField(
        "billing.Payment", models.RESTRICT, related_name="reward", verbose_name=_("top-up of the invited shop")
    )
    amount = money(_("reward, ₽"))
    status = models.CharField(_("status"), max_length=16, choices=RewardStatus, default=RewardStatus.HELD)
    available_at = models.DateTimeField(_("on hold until"))
    entry = models.OneToOneField(
        "billing.BalanceTransaction", models.RESTRICT, related_name="+", null=True, blank=True, verbose_name=_("entry")
    )

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "referral_rewards"
        verbose_name = _("referral reward")
        verbose_name_plural = _("referral rewards")
        constraints = [
            enum_check("ck_referral_rewards_status", "status", RewardStatus),
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lt=LIMIT), name="ck_referral_rewards_amount"),
            models.CheckConstraint(
                condition=Q(status=RewardStatus.PAID, entry__isnull=False)
                | (~Q(status=RewardStatus.PAID) & Q(entry__isnull=True)),
                name="ck_referral_rewards_paid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} ₽ · {self.get_status_display()}"

    def move_to(self, status: RewardStatus, **changes: Any) -> None:
        """Change the status in one UPDATE.

        Raises:
            IllegalMove: the reward is no longer where the caller saw it.
        """
        move(self, status, allowed=REWARD_MOVES, **changes)
