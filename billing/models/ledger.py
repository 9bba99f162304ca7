"""Money: what a tenant has, what moved it, what is reserved, what things cost."""

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from billing.enums import HoldStatus, ServiceType, TransactionType
from config.db import Created, Public, Timestamped, enum_check, money

ZERO = Decimal(0)


class Balance(Timestamped):
    """What one tenant has, in roubles; ``held`` of it is reserved for work under way."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="balance", verbose_name=_("tenant"))
    balance = money(_("balance, ₽"), default=ZERO)
    held = money(_("reserved, ₽"), default=ZERO)
    total_spent = money(_("spent, ₽"), default=ZERO)
    total_topped_up = money(_("topped up, ₽"), default=ZERO)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "balances"
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints = [
            models.CheckConstraint(condition=Q(held__gte=0) & Q(balance__gte=F("held")), name="ck_balances_balance"),
            models.CheckConstraint(condition=Q(total_spent__gte=0, total_topped_up__gte=0), name="ck_balances_totals"),
        ]

    def __str__(self) -> str:
        return f"{self.tenant}: {self.balance}"

    @property
    def available(self) -> Decimal:
        """Return what can be spent now."""
        return self.balance - self.held


class TransactionQuerySet(OwnedQuerySet["BalanceTransaction"]):
    """Ledger entries."""

    def spending(self) -> Self:
        """Keep what was paid for services."""
        return self.filter(transaction_type__in=ServiceType.values)

    def since(self, moment: datetime) -> Self:
        """Keep what happened at ``moment`` or later."""
        return self.filter(created_at__gte=moment)


class BalanceTransaction(Public, Owned, Created):
    """One movement of money; never changed, never deleted (a trigger sees to it)."""

    amount = money(_("amount, ₽"))
    transaction_type = models.CharField(_("kind"), max_length=32, choices=TransactionType)
    description = models.CharField(_("description"), max_length=255, blank=True)
    balance_before = money(_("before, ₽"))
    balance_after = money(_("after, ₽"))
    key = models.CharField(_("key"), max_length=255)
    related_id = models.BigIntegerField(_("related row"), null=True, blank=True)
    refund_of = models.ForeignKey(
        "self", models.PROTECT, related_name="refunds", null=True, blank=True, verbose_name=_("refund of")
    )

    objects = TransactionQuerySet.as_manager()

    class Meta:
        db_table = "balance_transactions"
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="uq_balance_transactions_tenant_key"),
            enum_check("ck_balance_transactions_transaction_type", "transaction_type", TransactionType),
            models.CheckConstraint(condition=~Q(amount=0), name="ck_balance_transactions_amount"),
            models.CheckConstraint(
                condition=Q(balance_after=F("balance_before") + F("amount")), name="ck_balance_transactions_sum"
            ),
            models.CheckConstraint(
                condition=Q(balance_before__gte=0, balance_after__gte=0), name="ck_balance_transactions_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount:+f} ₽ · {self.get_transaction_type_display()}"


class HoldQuerySet(OwnedQuerySet["BalanceHold"]):
    """Reservations."""

    def pending(self) -> Self:
        """Keep those not yet decided."""
        return self.filter(status=HoldStatus.PENDING)

    def overdue(self, *, at: datetime) -> Self:
        """Keep those whose work never ended."""
        return self.pending().filter(expires_at__lte=at)


class BalanceHold(Public, Owned, Timestamped):
    """Money reserved before a service is rendered, then taken or given back."""

    service = models.CharField(_("service"), max_length=32, choices=ServiceType)
    amount = money(_("amount, ₽"))
    key = models.CharField(_("key"), max_length=255)
    status = models.CharField(_("status"), max_length=16, choices=HoldStatus, default=HoldStatus.PENDING)
    expires_at = models.DateTimeField(_("expires"))
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    entry = models.OneToOneField(
        BalanceTransaction, models.PROTECT, related_name="hold", null=True, blank=True, verbose_name=_("ledger entry")
    )

    objects = HoldQuerySet.as_manager()

    class Meta:
        db_table = "balance_holds"
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="uq_balance_holds_tenant_key"),
            enum_check("ck_balance_holds_service", "service", ServiceType),
            enum_check("ck_balance_holds_status", "status", HoldStatus),
            models.CheckConstraint(condition=Q(amount__gt=0), name="ck_balance_holds_amount"),
            models.CheckConstraint(
                condition=Q(status="captured", entry__isnull=False) | (~Q(status="captured") & Q(entry__isnull=True)),
                name="ck_balance_holds_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} ₽ · {self.get_status_display()}"


class ServicePriceQuerySet(models.QuerySet["ServicePrice"]):
    """Prices."""

    def valid(self, *, at: datetime) -> Self:
        """Keep the prices in force."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=at), is_active=True, valid_from__lte=at)


class ServicePrice(Timestamped):
    """What a service costs from one moment until another."""

    service_type = models.CharField(_("service"), max_length=32, choices=ServiceType)
    price = money(_("price, ₽"))
    description = models.CharField(_("description"), max_length=255, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    valid_from = models.DateTimeField(_("from"))
    valid_to = models.DateTimeField(_("until"), null=True, blank=True)

    objects = ServicePriceQuerySet.as_manager()

    class Meta:
        db_table = "service_prices"
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            enum_check("ck_service_prices_service_type", "service_type", ServiceType),
            models.CheckConstraint(condition=Q(price__gt=0), name="ck_service_prices_price"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="ck_service_prices_period"
            ),
            models.UniqueConstraint(
                fields=["service_type"],
                condition=Q(is_active=True, valid_to=None),
                name="uq_service_prices_service_type_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_service_type_display()}: {self.price} ₽"
