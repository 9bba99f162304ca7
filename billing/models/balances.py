"""What a tenant has, and what is reserved of it."""

from datetime import datetime
from decimal import Decimal
from typing import Final, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from billing.enums import HoldStatus, ServiceType
from billing.models.ledger import LIMIT, NOTHING, BalanceTransaction
from config.db import Public, Timestamped, enum_check, money, new_uuid

RESERVE: Final = """
WITH moved AS (
    UPDATE balances SET held = held + %(amount)s
     WHERE tenant_id = %(tenant)s AND balance >= held + %(amount)s AND (%(is_free)s OR NOT is_capped)
    RETURNING tenant_id
)
INSERT INTO balance_holds (uuid, tenant_id, key, service, amount, status, reason, expires_at, created_at)
SELECT %(uuid)s, tenant_id, %(key)s, %(service)s, %(amount)s, 'pending', '', %(expires_at)s, %(at)s FROM moved
RETURNING *
"""


class BalanceQuerySet(OwnedQuerySet["Balance"]):
    """Balances."""

    def locked(self) -> Self:
        """Lock the rows; a balance is locked before anything that belongs to it."""
        return self.select_for_update(of=("self",)).order_by("pk")

    def open(self, tenant: Tenant) -> None:
        """Make sure that ``tenant`` has a balance."""
        self.bulk_create([Balance(tenant=tenant)], ignore_conflicts=True)

    def keep_aside(self, tenant: Tenant, amount: Decimal) -> bool:
        """Change the reservations by ``amount`` and lock the row; false when the balance does not cover them."""
        fits = self.filter(tenant=tenant, balance__gte=F("held") + amount, held__gte=-amount)
        return bool(fits.update(held=F("held") + amount))


class Balance(Owned, Timestamped):
    """A tenant's money: the sum of its ledger, proved every night."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="+", verbose_name=_("tenant"))
    balance = money(_("balance, ₽"), default=NOTHING)
    held = money(_("reserved, ₽"), default=NOTHING)
    total_spent = money(_("spent, ₽"), default=NOTHING)
    total_topped_up = money(_("topped up, ₽"), default=NOTHING)
    is_capped = models.BooleanField(_("has limits"), default=False, db_default=False, editable=False)
    exhausted_at = models.DateTimeField(_("ran out"), null=True, blank=True, editable=False)

    objects = BalanceQuerySet.as_manager()

    class Meta:
        db_table = "balances"
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints = [
            models.CheckConstraint(
                condition=Q(balance__gte=F("held"), balance__lt=LIMIT, held__gte=0), name="ck_balances_balance"
            ),
            models.CheckConstraint(
                condition=Q(
                    total_spent__gte=0, total_spent__lt=LIMIT, total_topped_up__gte=0, total_topped_up__lt=LIMIT
                ),
                name="ck_balances_totals",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant}: {self.balance} ₽"

    @property
    def available(self) -> Decimal:
        """What can be spent now."""
        return Decimal(self.balance - self.held)


class HoldQuerySet(OwnedQuerySet["BalanceHold"]):
    """Reservations."""

    def reserve(
        self,
        tenant: Tenant,
        *,
        service: ServiceType,
        key: str,
        amount: Decimal,
        at: datetime,
        expires_at: datetime,
        is_free: bool = False,
    ) -> "BalanceHold | None":
        """Set ``amount`` aside, or return nothing when there is less; judged and written in one statement.

        A shop with limits gets nothing either, unless ``is_free`` says that they were looked at.
        """
        facts = {
            "uuid": new_uuid(),
            "tenant": tenant.pk,
            "key": key,
            "service": service.value,
            "amount": amount,
            "expires_at": expires_at,
            "at": at,
            "is_free": is_free,
        }
        hold = next(iter(self.raw(RESERVE, facts)), None)
        if hold:
            hold.tenant = tenant
        return hold

    def pending(self) -> Self:
        """Keep reservations that still hold money."""
        return self.filter(status=HoldStatus.PENDING)

    def overdue(self, *, at: datetime) -> Self:
        """Keep reservations whose time has passed."""
        return self.pending().filter(expires_at__lte=at)


class BalanceHold(Public, Owned, Timestamped):
    """A price reserved before the work, taken or given back after it."""

    key = models.CharField(_("key"), max_length=255)
    service = models.CharField(_("service"), max_length=32, choices=ServiceType)
    amount = money(_("amount, ₽"))
    status = models.CharField(_("status"), max_length=16, choices=HoldStatus, default=HoldStatus.PENDING)
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    expires_at = models.DateTimeField(_("expires"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    entry = models.OneToOneField(
        "billing.BalanceTransaction",
        models.RESTRICT,
        related_name="hold",
        null=True,
        blank=True,
        verbose_name=_("ledger entry"),
    )

    objects = HoldQuerySet.as_manager()

    class Meta:
        db_table = "balance_holds"
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="uq_balance_holds_tenant_key"),
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lt=LIMIT), name="ck_balance_holds_amount"),
            enum_check("ck_balance_holds_status", "status", HoldStatus),
            enum_check("ck_balance_holds_service", "service", ServiceType),
            models.CheckConstraint(
                condition=Q(status=HoldStatus.PENDING, closed_at=None)
                | (~Q(status=HoldStatus.PENDING) & Q(closed_at__isnull=False)),
                name="ck_balance_holds_closed_at",
            ),
            models.CheckConstraint(
                condition=Q(status=HoldStatus.CAPTURED, entry__isnull=False)
                | (~Q(status=HoldStatus.CAPTURED) & Q(entry__isnull=True)),
                name="ck_balance_holds_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_service_display()} · {self.amount} ₽ · {self.get_status_display()}"

    def close(
        self, status: HoldStatus, *, at: datetime, reason: str = "", entry: "BalanceTransaction | None" = None
    ) -> bool:
        """End a pending reservation in one UPDATE; false when somebody did before."""
        changes = {"status": status, "closed_at": at, "reason": reason[:255], "entry": entry}
        if not BalanceHold.objects.pending().filter(pk=self.pk).update(**changes):
            return False
        for name, value in changes.items():
            setattr(self, name, value)
        return True
