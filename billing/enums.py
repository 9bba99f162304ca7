"""The words billing uses for services, entries and states."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ServiceType(TextChoices):
    """What costs money."""

    AI_MESSAGE = "ai_message", _("AI answer")
    DOCUMENT_UPLOAD = "document_upload", _("Document upload")
    BOT_MESSAGE = "bot_message", _("Bot message")
    REVIEW_REPLY = "review_reply", _("Review reply")
    COMPLAINT_DRAFT = "complaint_draft", _("Complaint draft")
    QUESTION_REPLY = "question_reply", _("Question reply")
    CHAT_REPLY = "chat_reply", _("Chat reply")
    SEQUENCE_MESSAGE = "sequence_message", _("Sequence message")


class TransactionType(TextChoices):
    """Why money moved: a service, or one of the ways it comes back and in."""

    TOPUP = "topup", _("Top-up")
    AI_MESSAGE = "ai_message", _("AI answer")
    DOCUMENT_UPLOAD = "document_upload", _("Document upload")
    BOT_MESSAGE = "bot_message", _("Bot message")
    BONUS = "bonus", _("Bonus")
    PROMO = "promo", _("Promo code")
    REFERRAL = "referral", _("Referral reward")
    REFUND = "refund", _("Refund")
    ADJUSTMENT = "adjustment", _("Adjustment")
    REVIEW_REPLY = "review_reply", _("Review reply")
    COMPLAINT_DRAFT = "complaint_draft", _("Complaint draft")
    QUESTION_REPLY = "question_reply", _("Question reply")
    CHAT_REPLY = "chat_reply", _("Chat reply")
    SEQUENCE_MESSAGE = "sequence_message", _("Sequence message")


class HoldStatus(TextChoices):
    """What became of a reservation."""

    PENDING = "pending", _("Reserved")
    CAPTURED = "captured", _("Taken")
    RELEASED = "released", _("Given back")
    EXPIRED = "expired", _("Expired")


class PaymentStatus(TextChoices):
    """How a payment is doing."""

    PENDING = "pending", _("Waiting")
    SUCCEEDED = "succeeded", _("Paid")
    CANCELLED = "cancelled", _("Cancelled")
    REFUNDED = "refunded", _("Refunded")


class RefundStatus(TextChoices):
    """How money goes back to whoever paid it."""

    PENDING = "pending", _("On its way")
    SUCCEEDED = "succeeded", _("Given back")
    FAILED = "failed", _("Did not go through")
    OWED = "owed", _("Given back, not yet covered by the balance")


class Provider(TextChoices):
    """Who takes the money."""

    SANDBOX = "sandbox", _("Sandbox")
    YOOKASSA = "yookassa", _("YooKassa")
    ROBOKASSA = "robokassa", _("Robokassa")


class Currency(TextChoices):
    """What is paid in."""

    RUB = "RUB", _("Rouble")


class PromoType(TextChoices):
    """What a promo code gives: a share of the next top-up, or a sum."""

    PERCENTAGE = "percentage", _("Percent of a top-up")
    FIXED_AMOUNT = "fixed_amount", _("Fixed amount")


class RewardStatus(TextChoices):
    """What becomes of a reward for another shop's top-up."""

    HELD = "held", _("Reward on hold")
    PAID = "paid", _("Reward paid")
    REFUSED = "refused", _("Refused")


class WarningKind(TextChoices):
    """What the owner of a shop is warned of."""

    LOW = "low", _("The balance is running out")
    EXHAUSTED = "exhausted", _("The balance has run out")
    RUNWAY = "runway", _("The balance lasts a few days more")
    DAY_CAP = "day_cap", _("The limit of the day is reached")
    MONTH_CAP = "month_cap", _("The limit of the month is reached")


CANCELLED_BECAUSE: Final = {
    "forgotten": _("not paid in time"),
    "expired_on_confirmation": _("not paid in time"),
    "expired_on_capture": _("not paid in time"),
    "canceled_by_merchant": _("cancelled by us"),
    "insufficient_funds": _("there is too little money on the card"),
    "card_expired": _("the card has expired"),
    "invalid_card_number": _("the number of the card is wrong"),
    "invalid_csc": _("the code of the card is wrong"),
    "3d_secure_failed": _("the bank’s check was not passed"),
    "fraud_suspected": _("the bank suspects fraud"),
    "general_decline": _("the bank refused"),
    "issuer_unavailable": _("the bank does not answer"),
    "payment_method_limit_exceeded": _("a limit of the card is reached"),
    "payment_method_restricted": _("the card may not do this"),
    "permission_revoked": _("the permission was withdrawn"),
}
CREDITS: Final = (
    TransactionType.TOPUP,
    TransactionType.BONUS,
    TransactionType.PROMO,
    TransactionType.REFERRAL,
)
SPENDING: Final = tuple(TransactionType(service.value) for service in ServiceType)
PAYMENT_MOVES: Final = {
    PaymentStatus.PENDING: frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.CANCELLED}),
    PaymentStatus.SUCCEEDED: frozenset({PaymentStatus.REFUNDED}),
    PaymentStatus.CANCELLED: frozenset({PaymentStatus.SUCCEEDED}),  # we stopped waiting, and it was paid after all
    PaymentStatus.REFUNDED: frozenset[PaymentStatus](),
}
REFUND_MOVES: Final = {
    RefundStatus.PENDING: frozenset({RefundStatus.SUCCEEDED, RefundStatus.FAILED, RefundStatus.OWED}),
    RefundStatus.OWED: frozenset({RefundStatus.SUCCEEDED}),
    RefundStatus.SUCCEEDED: frozenset[RefundStatus](),
    RefundStatus.FAILED: frozenset[RefundStatus](),
}
REWARD_MOVES: Final = {
    RewardStatus.HELD: frozenset({RewardStatus.PAID, RewardStatus.REFUSED}),
    RewardStatus.PAID: frozenset[RewardStatus](),
    RewardStatus.REFUSED: frozenset[RewardStatus](),
}
