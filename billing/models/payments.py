"""How money comes in: payments, promo codes, referrals."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from billing.enums import PaymentStatus, PromoType, ReferralStatus
from billing.models.ledger import ZERO, BalanceTransaction
from config.db import Created, Public, Timestamped, enum_check, money


class Payment(Public, Owned, Timestamped):
    """A top-up on its way through a payment provider."""

    provider = models.CharField(_("provider"), max_length=32)
    provider_payment_id = models.CharField(_("id there"), max_length=255, null=True, blank=True)  # noqa: DJ001 -- unique when known
    amount = money(_("amount, ₽"))
    currency = models.CharField(_("currency"), max_length=3, default="RUB")
    status = models.CharField(_("status"), max_length=16, choices=PaymentStatus, default=PaymentStatus.PENDING)
    confirmation_url = models.URLField(_("where to pay"), max_length=1000, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)
    promo_code = models.ForeignKey("billing.PromoCode", models.SET_NULL, related_name="+", null=True, blank=True)
    entry = models.OneToOneField(
        BalanceTransaction,
        models.PROTECT,
        related_name="payment",
        null=True,
        blank=True,
        verbose_name=_("ledger entry"),
    )
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "payments"
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(fields=["provider", "provider_payment_id"], name="uq_payments_provider_payment_id"),
            enum_check("ck_payments_status", "status", PaymentStatus),
            models.CheckConstraint(condition=Q(amount__gt=0), name="ck_payments_amount"),
            models.CheckConstraint(condition=Q(currency="RUB"), name="ck_payments_currency"),
            models.CheckConstraint(
                condition=Q(status__in=["succeeded", "refunded"], entry__isnull=False)
                | Q(status__in=["pending", "cancelled"], entry__isnull=True),
                name="ck_payments_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} ₽ · {self.get_status_display()}"


class PromoCodeQuerySet(models.QuerySet["PromoCode"]):
    """Promo codes."""

    def usable(self, *, at: datetime) -> Self:
        """Keep the codes that still work."""
        return self.filter(
            Q(starts_at=None) | Q(starts_at__lte=at),
            Q(expires_at=None) | Q(expires_at__gt=at),
            Q(max_uses=None) | Q(used_count__lt=F("max_uses")),
            is_active=True,
        )


class PromoCode(Timestamped):
    """A code that adds money: a percentage of a top-up, or a sum."""

    code = models.CharField(_("code"), max_length=64)
    type = models.CharField(_("type"), max_length=16, choices=PromoType)
    value = money(_("value"))
    min_amount = money(_("from a top-up of, ₽"), default=ZERO)
    max_uses = models.IntegerField(_("uses at most"), null=True, blank=True)
    used_count = models.IntegerField(_("used"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)

    objects = PromoCodeQuerySet.as_manager()

    class Meta:
        db_table = "promo_codes"
        verbose_name = _("promo code")
        verbose_name_plural = _("promo codes")
        constraints = [
            models.UniqueConstraint(Upper("code"), name="uq_promo_codes_code"),
            enum_check("ck_promo_codes_type", "type", PromoType),
            models.CheckConstraint(
                condition=Q(value__gt=0) & (~Q(type="percentage") | Q(value__lte=100)), name="ck_promo_codes_value"
            ),
            models.CheckConstraint(condition=Q(min_amount__gte=0), name="ck_promo_codes_min_amount"),
            models.CheckConstraint(
                condition=Q(used_count__gte=0) & (Q(max_uses=None) | Q(used_count__lte=F("max_uses"))),
                name="ck_promo_codes_used_count",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class PromoCodeUsage(Owned, Created):
    """A tenant used a code: once each."""

    promo_code = models.ForeignKey(PromoCode, models.PROTECT, related_name="usages", verbose_name=_("promo code"))
    entry = models.OneToOneField(BalanceTransaction, models.PROTECT, related_name="+", null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "promo_code_usage"
        verbose_name = _("promo code usage")
        verbose_name_plural = _("promo code usage")
        constraints = [
            models.UniqueConstraint(fields=["promo_code", "tenant"], name="uq_promo_code_usage_promo_code_tenant")
        ]

    def __str__(self) -> str:
        return f"{self.promo_code} · {self.tenant}"


class ReferralCode(Created):
    """The code by which a tenant brings others."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="referral_code", verbose_name=_("tenant"))
    code = models.CharField(_("code"), max_length=32, unique=True)
    referrals_count = models.IntegerField(_("brought"), default=0)
    total_earned = money(_("earned, ₽"), default=ZERO)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "referral_codes"
        verbose_name = _("referral code")
        verbose_name_plural = _("referral codes")
        constraints = [
            models.CheckConstraint(
                condition=Q(referrals_count__gte=0, total_earned__gte=0), name="ck_referral_codes_counts"
            )
        ]

    def __str__(self) -> str:
        return self.code


class ReferralQuerySet(models.QuerySet["Referral"]):
    """Referrals, owned by whoever brought the other."""

    def visible_to(self, principal: object) -> Self:
        """Keep the referrals of codes that ``principal`` may see."""
        return self.filter(referral_code__in=ReferralCode.objects.visible_to(principal))


class Referral(Timestamped):
    """A tenant that came by somebody's code."""

    referral_code = models.ForeignKey(ReferralCode, models.PROTECT, related_name="referrals", verbose_name=_("code"))
    referred_tenant = models.OneToOneField(
        Tenant, models.CASCADE, related_name="referral", verbose_name=_("brought tenant")
    )
    status = models.CharField(_("status"), max_length=16, choices=ReferralStatus, default=ReferralStatus.PENDING)
    reward = money(_("reward, ₽"), default=ZERO)
    available_at = models.DateTimeField(_("on hold until"), null=True, blank=True)
    entry = models.OneToOneField(BalanceTransaction, models.PROTECT, related_name="+", null=True, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        db_table = "referrals"
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints = [
            enum_check("ck_referrals_status", "status", ReferralStatus),
            models.CheckConstraint(condition=Q(reward__gte=0), name="ck_referrals_reward"),
        ]

    def __str__(self) -> str:
        return f"{self.referral_code} → {self.referred_tenant}"
