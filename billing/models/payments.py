"""Money that comes in from outside."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet
from billing.enums import (
    CANCELLED_BECAUSE,
    PAYMENT_MOVES,
    REFUND_MOVES,
    Currency,
    PaymentStatus,
    Provider,
    RefundStatus,
)
from billing.models.ledger import LIMIT, NOTHING
from config.db import Public, Timestamped, enum_check, money
from config.moves import move

FORGOTTEN: Final = "forgotten"


class PaymentQuerySet(OwnedQuerySet["Payment"]):
    """Payments."""

    def open(self) -> Self:
        """Keep payments whose outcome is not known."""
        return self.filter(status=PaymentStatus.PENDING)

    def newest_first(self) -> Self:
        """Order as they were begun."""
        return self.order_by("-created_at", "-pk")


class Payment(Public, Owned, Timestamped):
    """One top-up through a provider; its outcome is the provider's word, asked for, never pushed."""

    provider = models.CharField(_("provider"), max_length=32, choices=Provider)
    provider_payment_id = models.CharField(  # noqa: DJ001 -- unique once it is known
        _("number at the provider"), max_length=255, null=True, blank=True
    )
    amount = money(_("amount, ₽"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.RUB)
    status = models.CharField(_("status"), max_length=16, choices=PaymentStatus, default=PaymentStatus.PENDING)
    description = models.CharField(_("description"), max_length=128, blank=True)
    confirmation_url = models.CharField(_("payment page"), max_length=2048, blank=True)
    return_url = models.CharField(_("way back"), max_length=2048, blank=True, editable=False)
    receipt_email = models.EmailField(_("receipt goes to"), max_length=255, blank=True)
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    refunded = money(_("given back, ₽"), default=NOTHING)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    entry = models.OneToOneField(
        "billing.BalanceTransaction",
        models.RESTRICT,
        related_name="payment",
        null=True,
        blank=True,
        verbose_name=_("ledger entry"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("started by")
    )

    objects = PaymentQuerySet.as_manager()

    class Meta:
        db_table = "payments"
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_payment_id"], name="uq_payments_provider_provider_payment_id"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lt=LIMIT), name="ck_payments_amount"),
            enum_check("ck_payments_provider", "provider", Provider),
            enum_check("ck_payments_currency", "currency", Currency),
            enum_check("ck_payments_status", "status", PaymentStatus),
            models.CheckConstraint(
                condition=Q(status=PaymentStatus.PENDING, closed_at=None)
                | (~Q(status=PaymentStatus.PENDING) & Q(closed_at__isnull=False)),
                name="ck_payments_closed_at",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED], entry__isnull=False)
                | Q(status__in=[PaymentStatus.PENDING, PaymentStatus.CANCELLED], entry__isnull=True),
                name="ck_payments_entry",
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("amount"))
                & (Q(refunded=0) | Q(status__in=[PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED])),
                name="ck_payments_refunded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {self.currency} · {self.get_status_display()}"

    @property
    def is_open(self) -> bool:
        """Whether the outcome is still unknown."""
        return self.status == PaymentStatus.PENDING

    @property
    def is_forgotten(self) -> bool:
        """Whether we stopped waiting without the provider having said how it ended."""
        return self.status == PaymentStatus.CANCELLED and self.reason == FORGOTTEN

    @property
    def why(self) -> str:
        """Why it was cancelled, as people say it; the provider's own word when it is an unknown one."""
        return str(CANCELLED_BECAUSE.get(self.reason, self.reason))

    @property
    def left(self) -> Decimal:
        """What can still be given back."""
        return self.amount - self.refunded if self.status == PaymentStatus.SUCCEEDED else NOTHING

    @property
    def key(self) -> str:
        """The idempotency key of what this payment puts into the ledger."""
        return f"payment:{self.uuid}"

    def move_to(self, status: PaymentStatus, *, at: datetime, **changes: Any) -> None:
        """Change the status in one UPDATE.

        Raises:
            IllegalMove: the payment is no longer where the caller saw it.
        """
        move(self, status, allowed=PAYMENT_MOVES, closed_at=at, **changes)


class RefundQuerySet(OwnedQuerySet["PaymentRefund"]):
    """Refunds of payments."""

    def unfinished(self) -> Self:
        """Keep refunds that wait for the provider, or for the balance."""
        return self.filter(status__in=[RefundStatus.PENDING, RefundStatus.OWED])


class PaymentRefund(Public, Owned, Timestamped):
    """Money on its way back to whoever paid; while the provider is asked, the balance keeps ``reserved`` aside."""

    payment = models.ForeignKey(Payment, models.RESTRICT, related_name="refunds", verbose_name=_("payment"))
    provider_refund_id = models.CharField(  # noqa: DJ001 -- unique once it is known
        _("number at the provider"), max_length=255, null=True, blank=True
    )
    amount = money(_("amount, ₽"))
    reserved = money(_("kept aside, ₽"), default=NOTHING)
    bonus = money(_("of the promo bonus, ₽"), default=NOTHING)
    status = models.CharField(_("status"), max_length=16, choices=RefundStatus, default=RefundStatus.PENDING)
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    trouble = models.CharField(_("what the provider said"), max_length=255, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("asked by")
    )

    objects = RefundQuerySet.as_manager()

    class Meta:
        db_table = "payment_refunds"
        verbose_name = _("refund of a payment")
        verbose_name_plural = _("refunds of payments")
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "provider_refund_id"], name="uq_payment_refunds_payment_provider_refund_id"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lt=LIMIT, bonus__gte=0, bonus__lt=LIMIT),
                name="ck_payment_refunds_amount",
            ),
            enum_check("ck_payment_refunds_status", "status", RefundStatus),
            models.CheckConstraint(
                condition=Q(reserved=0) | Q(reserved__gt=0, reserved__lt=LIMIT, status=RefundStatus.PENDING),
                name="ck_payment_refunds_reserved",
            ),
            models.CheckConstraint(
                condition=Q(status=RefundStatus.PENDING, closed_at=None)
                | (~Q(status=RefundStatus.PENDING) & Q(closed_at__isnull=False)),
                name="ck_payment_refunds_closed_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {self.payment.currency} · {self.get_status_display()}"

    def move_to(self, status: RefundStatus, *, at: datetime, **changes: Any) -> None:
        """Change the status in one UPDATE.

        Raises:
            IllegalMove: the refund is no longer where the caller saw it.
        """
        move(self, status, allowed=REFUND_MOVES, closed_at=at, **changes)
