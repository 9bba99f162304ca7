"""The words billing uses for services, movements and states."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ServiceType(TextChoices):
    """What has a price."""

    AI_MESSAGE = "ai_message", _("Assistant's answer")
    DOCUMENT_UPLOAD = "document_upload", _("Document")
    BOT_MESSAGE = "bot_message", _("Bot message")
    REVIEW_REPLY = "review_reply", _("Reply to a review")
    COMPLAINT_DRAFT = "complaint_draft", _("Complaint draft")
    QUESTION_REPLY = "question_reply", _("Reply to a question")
    CHAT_REPLY = "chat_reply", _("Reply in a chat")
    SEQUENCE_MESSAGE = "sequence_message", _("Scheduled message")


class TransactionType(TextChoices):
    """Why money moved: a service, or one of the ways it comes in."""

    AI_MESSAGE = "ai_message", _("Assistant's answer")
    DOCUMENT_UPLOAD = "document_upload", _("Document")
    BOT_MESSAGE = "bot_message", _("Bot message")
    REVIEW_REPLY = "review_reply", _("Reply to a review")
    COMPLAINT_DRAFT = "complaint_draft", _("Complaint draft")
    QUESTION_REPLY = "question_reply", _("Reply to a question")
    CHAT_REPLY = "chat_reply", _("Reply in a chat")
    SEQUENCE_MESSAGE = "sequence_message", _("Scheduled message")
    TOPUP = "topup", _("Top-up")
    BONUS = "bonus", _("Bonus")
    PROMO = "promo", _("Promo code")
    REFERRAL = "referral", _("Referral reward")
    REFUND = "refund", _("Refund")
    ADJUSTMENT = "adjustment", _("Adjustment")


class HoldStatus(TextChoices):
    """What became of reserved money."""

    PENDING = "pending", _("Reserved")
    CAPTURED = "captured", _("Taken")
    RELEASED = "released", _("Given back")
    EXPIRED = "expired", _("Expired")


class PaymentStatus(TextChoices):
    """How a payment goes."""

    PENDING = "pending", _("Pending")
    SUCCEEDED = "succeeded", _("Paid")
    CANCELLED = "cancelled", _("Cancelled")
    REFUNDED = "refunded", _("Refunded")


class PromoType(TextChoices):
    """How a promo code counts."""

    PERCENTAGE = "percentage", _("Percent of the top-up")
    FIXED_AMOUNT = "fixed_amount", _("Roubles")


class ReferralStatus(TextChoices):
    """Whether a referral has earned its reward."""

    PENDING = "pending", _("Signed up")
    HELD = "held", _("Reward on hold")
    PAID = "paid", _("Reward paid")
    REFUSED = "refused", _("Refused")
