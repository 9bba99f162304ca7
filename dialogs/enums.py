"""The words dialogs use for platforms, senders and states."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """Where a conversation takes place."""

    WIDGET = "widget", _("Website")
    TELEGRAM = "telegram", _("Telegram")
    WHATSAPP = "whatsapp", _("WhatsApp")
    API = "api", _("API")
    EMAIL = "email", _("E-mail")


class Sender(TextChoices):
    """Who said it."""

    CUSTOMER = "customer", _("Customer")
    ASSISTANT = "assistant", _("Assistant")
    OPERATOR = "operator", _("Operator")
    SYSTEM = "system", _("System")


class Speaker(TextChoices):
    """For whom a message comes over the API."""

    OPERATOR = Sender.OPERATOR.value, Sender.OPERATOR.label
    CUSTOMER = Sender.CUSTOMER.value, Sender.CUSTOMER.label


class DialogStatus(TextChoices):
    """Whether a conversation goes on."""

    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    ESCALATED = "escalated", _("Escalated")
    CLOSED = "closed", _("Closed")


class HandoffStatus(TextChoices):
    """Whether a person is in charge, was asked for, or neither."""

    NONE = "none", _("Assistant")
    REQUESTED = "requested", _("Waiting for an operator")
    ACTIVE = "active", _("Operator")
    RESOLVED = "resolved", _("Resolved by an operator")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Nobody came")


HANDOFF_FROM: Final[dict[HandoffStatus, tuple[HandoffStatus, ...]]] = {
    HandoffStatus.REQUESTED: (
        HandoffStatus.NONE,
        HandoffStatus.ACTIVE,
        HandoffStatus.RESOLVED,
        HandoffStatus.CANCELLED,
        HandoffStatus.EXPIRED,
    ),
    HandoffStatus.ACTIVE: (HandoffStatus.REQUESTED,),
    HandoffStatus.RESOLVED: (HandoffStatus.ACTIVE,),
    HandoffStatus.CANCELLED: (HandoffStatus.REQUESTED,),
    HandoffStatus.EXPIRED: (HandoffStatus.REQUESTED,),
}
"""From which states each state may be entered (DESIGN, "State machines")."""


class Ending(TextChoices):
    """How a conversation went in the end."""

    ALONE = "alone", _("The assistant alone")
    PERSON = "person", _("With a person")
    NOBODY = "nobody", _("Nobody answered")


NEEDED_A_PERSON: Final = (HandoffStatus.REQUESTED, HandoffStatus.ACTIVE, HandoffStatus.RESOLVED)


class HandoffReason(TextChoices):
    """Why a person was asked for."""

    CUSTOMER_ASKED = "customer_asked", _("The customer asked for a person")
    LOW_CONFIDENCE = "low_confidence", _("The knowledge has no answer")
    POLICY = "policy", _("The seller's rules ask for a person")
    MODEL_FAILED = "model_failed", _("The model failed")
    TOOL_FAILED = "tool_failed", _("The search in the knowledge failed")
    NO_MONEY = "no_money", _("The balance ran out")
    OPERATOR_LOST = "operator_lost", _("The operator went away")
    MANUAL = "manual", _("An operator took over")


class SystemType(TextChoices):
    """What a system message announces."""

    HANDOFF_REQUESTED = "handoff_requested", _("A person was asked for")
    HANDOFF_STARTED = "handoff_started", _("A person joined")
    HANDOFF_ENDED = "handoff_ended", _("The assistant is back")
    FALLBACK = "fallback", _("The assistant could not answer")
    CLOSED = "closed", _("The dialog was closed")


class Intent(TextChoices):
    """What a customer's message is about, as the rules read it."""

    QUESTION = "question", _("Question")
    DELIVERY = "delivery", _("Delivery")
    RETURN = "return", _("Returns")
    PAYMENT = "payment", _("Payment")
    SIZE = "size", _("Size")
    WARRANTY = "warranty", _("Warranty")
    PROMOTION = "promotion", _("Promotion")
    CONTACT = "contact", _("Contacts")
    PRODUCT = "product", _("Product")
    GREETING = "greeting", _("Greeting")
    THANKS = "thanks", _("Thanks")
    GOODBYE = "goodbye", _("Goodbye")
    ASK_PERSON = "ask_person", _("Asks for a person")

    @classmethod
    def words(cls, intent: str) -> str:
        """Say ``intent`` for people; one that is not known says itself."""
        return str(cls(intent).label) if intent in cls.values else intent


class DeliveryStatus(TextChoices):
    """How far an outgoing message got."""

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")
    FAILED = "failed", _("Failed")
    UNCONFIRMED = "unconfirmed", _("Not confirmed")


class RunStatus(TextChoices):
    """How the work on one answer goes."""

    PENDING = "pending", _("Waiting")
    RUNNING = "running", _("Answering")
    DONE = "done", _("Answered")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    DISCARDED = "discarded", _("Discarded")


class RunOutcome(TextChoices):
    """How the work on one answer ended; ``handoff:<reason>`` is one more."""

    ANSWERED = "answered", _("The customer got an answer")
    NOT_KNOWN = "not_known", _("The knowledge has no answer")
    NOTHING_TO_ANSWER = "nothing_to_answer", _("There was nothing to answer")
    PERSON_IN_CHARGE = "person_in_charge", _("A person is in charge")
    STOPPED = "stopped", _("Stopped by the customer")
    DIALOG_MOVED_ON = "dialog_moved_on", _("The dialog moved on meanwhile")
    NEWER_MESSAGE = "newer_message", _("A newer message came")
    HANDED_OVER = "handed_over", _("Handed over to a person")
    TAKEN_OVER = "taken_over", _("An operator took over")
    CLOSED = "closed", _("The dialog was closed")
    GAVE_UP = "gave_up", _("Every attempt failed")

    @classmethod
    def words(cls, outcome: str) -> str:
        """Say ``outcome`` for people; one that is not known says itself."""
        handoff, _colon, reason = outcome.partition(":")
        if handoff == "handoff" and reason in HandoffReason.values:
            return str(HandoffReason(reason).label)
        return str(cls(outcome).label) if outcome in cls.values else outcome


OPEN_RUNS: Final = (RunStatus.PENDING, RunStatus.RUNNING)


class RatingType(TextChoices):
    """How a message is rated."""

    THUMBS = "thumbs", _("Thumbs")
    STARS = "stars", _("Stars")


class Rater(TextChoices):
    """Who rates."""

    USER = "user", _("Customer")
    ADMIN = "admin", _("Staff")


class AttachmentKind(TextChoices):
    """What a file is to those who talk."""

    IMAGE = "image", _("Photo")
    VOICE = "voice", _("Voice message")
    AUDIO = "audio", _("Audio")
    VIDEO = "video", _("Video")
    ANIMATION = "animation", _("Animation")
    STICKER = "sticker", _("Sticker")
    FILE = "file", _("File")


class AttachmentState(TextChoices):
    """Where a file is."""

    AWAITED = "awaited", _("Being fetched")
    READY = "ready", _("Ready")
    LOST = "lost", _("Not available")


class AttachmentProblem(TextChoices):
    """Why a file cannot be had."""

    TOO_LARGE = "too_large", _("Too large to be fetched from the messenger")
    GONE = "gone", _("The messenger no longer gives it")
