"""The words for replies to Wildberries: their kinds, their states, and what happens by itself."""

from collections.abc import Mapping
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OutgoingKind(TextChoices):
    """What a reply to Wildberries does."""

    REVIEW_ANSWER = "review_answer", _("Answer to a review")
    REVIEW_EDIT = "review_edit", _("Edit of an answer")
    QUESTION_ANSWER = "question_answer", _("Answer to a question")
    QUESTION_REJECT = "question_reject", _("Rejection of a question")
    CHAT_MESSAGE = "chat_message", _("Chat message")


class OutgoingStatus(TextChoices):
    """Where a reply is; what may have been sent is never sent again blindly."""

    PENDING = "pending", pgettext_lazy("reply", "Waiting to be sent")
    SENDING = "sending", pgettext_lazy("reply", "Being sent")
    UNCONFIRMED = "unconfirmed", pgettext_lazy("reply", "Sent, not seen yet")
    CONFIRMED = "confirmed", pgettext_lazy("reply", "Published")
    REJECTED = "rejected", pgettext_lazy("reply", "Refused by Wildberries")
    FAILED = "failed", pgettext_lazy("reply", "Not sent")
    UNKNOWN = "unknown", pgettext_lazy("reply", "Perhaps sent")
    CANCELLED = "cancelled", pgettext_lazy("reply", "Withdrawn")


OUTGOING_MOVES: Final[Mapping[str, frozenset[str]]] = {
    OutgoingStatus.PENDING: frozenset({OutgoingStatus.SENDING, OutgoingStatus.CANCELLED, OutgoingStatus.FAILED}),
    OutgoingStatus.SENDING: frozenset(
        {
            OutgoingStatus.PENDING,
            OutgoingStatus.UNCONFIRMED,
            OutgoingStatus.CONFIRMED,
            OutgoingStatus.REJECTED,
            OutgoingStatus.FAILED,
            OutgoingStatus.UNKNOWN,
        }
    ),
    OutgoingStatus.UNCONFIRMED: frozenset({OutgoingStatus.CONFIRMED, OutgoingStatus.REJECTED, OutgoingStatus.FAILED}),
    OutgoingStatus.UNKNOWN: frozenset(
        {OutgoingStatus.UNCONFIRMED, OutgoingStatus.CONFIRMED, OutgoingStatus.REJECTED, OutgoingStatus.FAILED}
    ),
    OutgoingStatus.CONFIRMED: frozenset({OutgoingStatus.REJECTED}),  # moderation may change its mind
    OutgoingStatus.REJECTED: frozenset(),
    OutgoingStatus.FAILED: frozenset(),
    OutgoingStatus.CANCELLED: frozenset(),
}


class ReplyMode(TextChoices):
    """What happens to a new review by itself."""

    OFF = "off", pgettext_lazy("replies", "Nothing")
    DRAFT = "draft", pgettext_lazy("replies", "Draft for approval")
    SEND = "send", pgettext_lazy("replies", "Send by itself")


class SafetyLevel(TextChoices):
    """How much may be sent without a person, whatever the rules say."""

    SAFE = "safe", _("Safe: 5★ only")
    BALANCED = "balanced", _("Balanced: 4★ and 5★")
    MAX = "max", _("Maximum: as the rules say, also bad reviews")


class BulkKind(TextChoices):
    """What is done to all reviews that pass a filter."""

    DRAFT = "draft", pgettext_lazy("bulk", "Draft replies")
    APPROVE = "approve", pgettext_lazy("bulk", "Send drafts")


class BulkStatus(TextChoices):
    """How work on many reviews goes."""

    RUNNING = "running", pgettext_lazy("bulk", "Under way")
    DONE = "done", pgettext_lazy("bulk", "Done")
    STOPPED = "stopped", pgettext_lazy("bulk", "Stopped")
    UNDONE = "undone", pgettext_lazy("bulk", "Taken back")


BULK_MOVES: Final[Mapping[str, frozenset[str]]] = {
    BulkStatus.RUNNING: frozenset({BulkStatus.DONE, BulkStatus.STOPPED, BulkStatus.UNDONE}),
    BulkStatus.DONE: frozenset({BulkStatus.UNDONE}),
    BulkStatus.STOPPED: frozenset({BulkStatus.UNDONE}),
    BulkStatus.UNDONE: frozenset(),
}


class BulkOutcome(TextChoices):
    """What became of one review of the many."""

    DONE = "done", pgettext_lazy("bulk item", "Done")
    REFUSED = "refused", pgettext_lazy("bulk item", "Refused")
    UNDONE = "undone", pgettext_lazy("bulk item", "Taken back")
