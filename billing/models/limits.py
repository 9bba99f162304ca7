"""What a shop lets itself spend, and what its owner is warned of."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from billing.enums import WarningKind
from billing.models.ledger import LIMIT
from config.db import Created, Timestamped, enum_check, money


class SpendCap(Owned, Timestamped):
    """The most that services may cost a shop in a day and in a month of its own time zone."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="+", verbose_name=_("tenant"))
    per_day = money(_("a day, ₽"), null=True, blank=True)
    per_month = money(_("a month, ₽"), null=True, blank=True)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "spend_caps"
        verbose_name = _("spending limit")
        verbose_name_plural = _("spending limits")
        constraints = [
            models.CheckConstraint(
                condition=(Q(per_day=None) | Q(per_day__gt=0, per_day__lt=LIMIT))
                & (Q(per_month=None) | Q(per_month__gt=0, per_month__lt=LIMIT)),
                name="ck_spend_caps_sums",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant}: {self.per_day} / {self.per_month}"


class WarningQuerySet(OwnedQuerySet["BalanceWarning"]):
    """Warnings."""

    def open(self) -> Self:
        """Keep warnings whose reason still stands."""
        return self.filter(over_at=None)

    def untold(self) -> Self:
        """Keep warnings that the owner has not got yet."""
        return self.filter(told_at=None)


class BalanceWarning(Owned, Created):
    """One crossing of a line, told once; the next one of its kind begins when this one is over."""

    kind = models.CharField(_("what of"), max_length=16, choices=WarningKind)
    available = money(_("available, ₽"))
    days = models.DecimalField(_("days left"), max_digits=6, decimal_places=1, null=True, blank=True)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    over_at = models.DateTimeField(_("over"), null=True, blank=True)

    objects = WarningQuerySet.as_manager()

    class Meta:
        db_table = "balance_warnings"
        verbose_name = _("warning")
        verbose_name_plural = _("warnings")
        constraints = [
            enum_check("ck_balance_warnings_kind", "kind", WarningKind),
            models.UniqueConstraint(
                fields=["tenant", "kind"], condition=Q(over_at__isnull=True), name="uq_balance_warnings_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.get_kind_display()}"

    @property
    def whole_days(self) -> int:
        """How many days are left, of a warning of those."""
        return int(self.days or 0)


class LedgerProof(Created):
    """What the nightly proof found; ``details`` are the first discrepancies."""

    balances = models.IntegerField(_("balances"))
    wrong = models.IntegerField(_("discrepancies"))
    seconds = models.DecimalField(_("took, s"), max_digits=8, decimal_places=2)
    details = models.JSONField(_("details"), default=list, blank=True)

    class Meta:
        db_table = "ledger_proofs"
        verbose_name = _("proof of the ledger")
        verbose_name_plural = _("proofs of the ledger")

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d}: {self.wrong}"
